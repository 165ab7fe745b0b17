/*
 * One step of soft-thresholded tables (PEP); formulas and layout stand in cpu/threshold_update.cpp, units of work in threshold.h.
 *
 * Which rows the batch holds is looked up once a unit, in shared memory. A row's gradient is summed by its team, positions ascending; that of a row with more
 * than LONGEST positions by the whole block afterwards, as group_sum.h says.
 * Thresholds that rows share: a thread adds up its columns over its rows, then teams and warps as in group_sum.h, into the unit's row of the workspace; then
 * a block per threshold sums in float64, each thread every BLOCK-th entry of a field's [units, columns], fields in order, threads by halves; threshold_apply
 * writes tables and kept. Everything else has the bits of the CPU. Bytes an entry as there.
 */
#include "group_sum.h"
#include "threshold.h"
#include "update.h"

namespace ds {
namespace cuda {

namespace {

/* sign(x), and g (1 - g) with g = sigmoid(s), as cpu/threshold_update.cpp has them. */
__device__ float sign(float x) { return (x > 0.0f ? 1.0f : 0.0f) - (0.0f > x ? 1.0f : 0.0f); }
__device__ float slope(float s) {
  const float decay = logistic(s).decay, below = 1.0f + decay;
  return decay / (below * below);
}

struct Update {
  Layout layout;
  const float *grad;
  int64_t grad_stride;
  const int32_t *order, *starts, *unique, *counts;
  float *values, *s1, *s2;
  const float *hyper;
  float *thresholds, *t1, *t2;
  const float *threshold_hyper;
  float *tables;
  int64_t *kept;
  float *workspace;
  int64_t batch, columns;
};

enum { SHARED, ROW, ENTRY }; // who owns a threshold

/* A row's sum over its lanes in the order of cpu/lanes.h: blocks of 16 columns ascending, then 8+8, 4+4, 2+2, 1+1. For whole warps. */
__device__ float sum_of_row(Quad x, const Unit &u) {
  Quad total = quad_of([&](int i) { return __shfl_sync(ALL_LANES, x.x[i], u.lane % 4, u.lanes); });
  for (int block = 4; block < u.lanes; block += 4)
    total = total + quad_of([&](int i) { return __shfl_sync(ALL_LANES, x.x[i], block + u.lane % 4, u.lanes); });
  for (int other = 2; other > 0; other /= 2)
    if (other < u.lanes) total = total + quad_of([&](int i) { return __shfl_xor_sync(ALL_LANES, total.x[i], other, u.lanes); });
  return (total.x[0] + total.x[2]) + (total.x[1] + total.x[3]);
}

template <int OWNER>
struct RowUpdate {
  const Update &x;
  const Unit &u;
  const Hyper &h, &hs;
  bool whole;
  Quad shared; // Σ ∂L/∂s of the lane's columns, without its slope
  Count count;

  /* Row r, with gradient g when the batch holds it; for whole warps, in which lanes of other rows are not live. */
  __device__ void operator()(int r, bool live, bool held, Quad g) {
    const int64_t at = u.at + (int64_t)r * u.d + u.j;
    float *const v = x.values + at, *const table = x.tables + at;
    Quad dv = zeros<4>(), ds = zeros<4>(), value = zeros<4>();
    if (live) {
      if (held) {
        const Quad s = load_quad(table, u.own, whole), on = quad_of([&](int i) { return sign(s.x[i]); });
        dv = quad_of([&](int i) { return on.x[i] * on.x[i] * g.x[i]; });
        ds = quad_of([&](int i) { return 0.0f - on.x[i] * g.x[i]; });
      }
      Quad m = load_quad(x.s1 + at, u.own, whole), w = load_quad(x.s2 + at, u.own, whole);
      value = load_quad(v, u.own, whole);
      advance<DS_ADAM>(h, value, dv, m, w);
      store_quad(v, value, u.own, whole);
      store_quad(x.s1 + at, m, u.own, whole);
      store_quad(x.s2 + at, w, u.own, whole);
    }
    if (OWNER == SHARED) {
      shared = shared + ds;
      return;
    }
    unsigned bits = 0;
    if (OWNER == ENTRY && live) {
      float *const p = x.thresholds + at, *const t1 = x.t1 + at, *const t2 = x.t2 + at;
      Quad s = load_quad(p, u.own, whole), m = load_quad(t1, u.own, whole), w = load_quad(t2, u.own, whole);
      if (held) ds = quad_of([&](int i) { return ds.x[i] * slope(s.x[i]); });
      advance<DS_ADAM>(hs, s, ds, m, w);
      store_quad(p, s, u.own, whole);
      store_quad(t1, m, u.own, whole);
      store_quad(t2, w, u.own, whole);
      bits = write(table, value, quad_of([&](int i) { return sigmoid_of(s.x[i]); }), u.own, whole);
    }
    if (OWNER == ROW) {
      const float total = sum_of_row(ds, u);
      float s = 0;
      if (live && u.lane == 0) {
        const int64_t t = u.threshold + r;
        s = x.thresholds[t];
        advance<DS_ADAM>(hs, s, total * slope(s), x.t1[t], x.t2[t]);
        x.thresholds[t] = s;
      }
      s = sigmoid_of(__shfl_sync(ALL_LANES, s, 0, u.lanes));
      if (live) bits = write(table, value, quad_of([&](int) { return s; }), u.own, whole);
    }
    count.row(u, bits);
  }
};

template <int OWNER>
__global__ void __launch_bounds__(BLOCK, 3) step_rows(Update x) {
  __shared__ int32_t group[DS_ROW_CHUNK]; // of each row; -1 outside the batch
  __shared__ Later<DS_ROW_CHUNK> longest; // rows with more than LONGEST positions
  __shared__ int32_t range[2];            // groups of the unit
  __shared__ Quad partial[BLOCK];
  __shared__ Kept kept;
  const int thread = (int)threadIdx.x;
  const Hyper h(x.hyper), hs(x.threshold_hyper);
  each_unit(x.layout, [&](const Unit &u) {
    const int32_t groups = x.counts[u.f];
    if (groups < 0 || groups > x.batch) {
      report(x.layout.status, DS_INVALID);
      return;
    }
    const int32_t *value = x.unique + u.f * x.batch;
    __syncthreads();
    for (int r = thread; r < u.n; r += BLOCK) group[r] = -1;
    longest.clear();
    if (thread < 2 * WARP) {
      const int32_t found = first_at(value, groups, u.first + (thread < WARP ? 0 : u.n));
      if (thread % WARP == 0) range[thread / WARP] = found;
    }
    __syncthreads();
    for (int32_t i = range[0] + thread; i < range[1]; i += BLOCK)
      if (value[i] >= u.first && value[i] < u.first + u.n) group[value[i] - u.first] = i;
    __syncthreads();

    const GroupSum sums{x.order + u.f * x.batch, x.starts + u.f * (x.batch + 1)};
    const bool whole_grad = u.d % 4 == 0 && x.grad_stride % 4 == 0 && x.layout.column[u.f] % 4 == 0 && aligned(x.grad);
    // The column is read again for every row: it is in the cache, and registers are dearer.
    const auto columns = [&](int64_t b) { return load_quad(x.grad + x.layout.column[u.f] + u.j + b * x.grad_stride, u.own, whole_grad); };
    bool whole = u.whole(x.values, x.s1, x.s2, x.tables);
    if (OWNER == ENTRY) whole = whole && u.whole(x.thresholds, x.t1, x.t2);
    RowUpdate<OWNER> update{x, u, h, hs, whole, zeros<4>(), Count()};
    for (int r0 = 0; r0 < u.n; r0 += u.teams) {
      const int r = r0 + u.team, i = r < u.n ? group[r] : -1;
      const int32_t first = i < 0 ? 0 : sums.start[i], last = i < 0 ? 0 : sums.start[i + 1];
      const bool now = r < u.n && last - first <= LONGEST;
      if (r < u.n && !now && u.lane == 0) longest.add(r);
      const Quad g = now && i >= 0 ? sums.positions<4>(first, last, 1, columns) : zeros<4>();
      update(r, now, i >= 0, g);
    }
    __syncthreads();
    longest.each([&](int r) {
      const Quad g = sum_of_block<BLOCK, 4>(sums, group[r], u.lanes, partial, columns);
      if (thread < WARP) update(r, u.team == 0, true, g);
    });
    if (OWNER != SHARED) {
      update.count.add_to(kept, x.kept, u);
      return;
    }
    const Quad total = sum_of_warps<BLOCK>(update.shared, u.lanes, partial);
    if (thread < u.lanes) store_quad(x.workspace + u.index * x.columns + x.layout.column[u.f] + u.j, total, u.own, false);
  });
}

/* A block per threshold that rows share: fields f0 .. f1, of each the columns j0 .. j1. */
__global__ void step_shared(Update x) {
  __shared__ double sums[BLOCK];
  const Layout &l = x.layout;
  const int thread = (int)threadIdx.x;
  const Granularity g = l.granularity;
  const bool by_column = g.of_column();
  const int32_t f0 = g.of_field() ? (int32_t)(by_column ? blockIdx.x / MOST_COLUMNS : blockIdx.x) : 0, f1 = g.of_field() ? f0 + 1 : l.fields;
  const int j0 = by_column ? (int)(blockIdx.x % MOST_COLUMNS) : 0;
  if (by_column && j0 >= l.columns_of(f0)) return;
  double total = 0;
  for (int32_t f = f0; f < f1; f++) {
    const int d = l.columns_of(f), j1 = by_column ? j0 + 1 : d;
    if (d < j1 || j1 <= j0) continue;
    for (int64_t i = thread; i < l.units_of(f) * (j1 - j0); i += BLOCK)
      total += (double)x.workspace[i / (j1 - j0) * x.columns + l.column[f] + j0 + i % (j1 - j0)];
  }
  sums[thread] = total;
  for (int half = BLOCK / 2; half > 0; half /= 2) {
    __syncthreads();
    if (thread < half) sums[thread] += sums[thread + half];
  }
  if (thread) return;
  const int64_t t = g.kind == DS_T_FIELD_DIMENSION ? l.column[f0] + j0 : by_column ? j0 : f0;
  const Hyper hs(x.threshold_hyper);
  const float s = x.thresholds[t];
  advance<DS_ADAM>(hs, x.thresholds[t], (float)sums[0] * slope(s), x.t1[t], x.t2[t]);
}

} // namespace

int threshold_update(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_i32_in order, ds_i32_in starts, ds_i32_in unique, ds_i32_in counts,
                     ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_i64_in rows, ds_f32 values, ds_f32 state1, ds_f32 state2, ds_f32_in hyper,
                     ds_f32 thresholds, ds_f32 threshold_state1, ds_f32 threshold_state2, ds_f32_in threshold_hyper, int32_t granularity, ds_f32 tables,
                     ds_i64 kept, ds_f32 workspace, int64_t batch, int32_t fields, int64_t columns) {
  const Granularity g{granularity};
  if (!none_negative(batch, fields, columns, grad_stride) || !g.valid()) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(order, starts, unique, counts, base, width, column, rows, kept) || (batch > 0 && !grad)) return DS_INVALID;
  if (!all_set(values, state1, state2, hyper, thresholds, threshold_state1, threshold_state2, threshold_hyper, tables)) return DS_INVALID;
  if (g.shared() && !workspace) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Layout layout{g, base, width, column, rows, fields, s->status};
  const Update x{layout, grad, grad_stride, order, starts, unique, counts, values, state1, state2, hyper, thresholds, threshold_state1, threshold_state2,
                 threshold_hyper, tables, kept, workspace, batch, columns};
  if (const int status = clear_kept(s, kept, fields)) return status;
  const auto kernel = g.shared() ? step_rows<SHARED> : granularity == DS_T_FEATURE ? step_rows<ROW> : step_rows<ENTRY>;
  const int status = launch(kernel, (unsigned)(BLOCKS * multiprocessors()), BLOCK, s, x);
  if (status || !g.shared()) return status;
  const unsigned thresholds_at_most = (g.of_field() ? (unsigned)fields : 1) * (g.of_column() ? MOST_COLUMNS : 1);
  if (const int stepped = launch(step_shared, thresholds_at_most, BLOCK, s, x)) return stepped;
  return threshold_apply(stream, values, thresholds, granularity, base, width, column, rows, tables, kept, fields);
}

} // namespace cuda
} // namespace ds
