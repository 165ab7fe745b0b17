/*
 * Learned soft thresholds on embedding tables (PEP); formulas, layout and granularities stand in cpu/threshold.cpp.
 *
 * A unit of work is a block and DS_ROW_CHUNK rows of a field. A row is shared by lanes_for(quads of a row) threads, four columns each; the rows of a unit go
 * round the teams of a block. Which rows the batch holds is looked up once a unit, in shared memory. A row's gradient is summed by its team, positions
 * ascending; that of a row with more than LONGEST positions by the whole block afterwards, each team every n-th position, then by halves.
 * Thresholds that rows share: a thread adds up its columns over its rows, teams by halves, into the unit's row of the workspace; then a block per threshold
 * sums in float64, each thread every BLOCK-th entry of a field's [units, columns], fields in order, threads by halves; a last kernel writes tables and kept.
 * Everything else has the bits of the CPU. Bytes an entry as there.
 */
#include "exp_log.h"
#include "position_sum.h"
#include "update.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 256;
constexpr int BLOCKS = 4; // per multiprocessor
constexpr int32_t MOST_COLUMNS = 64; // bits of a word of kept
constexpr int WORDS = DS_ROW_CHUNK / 32;

struct Layout {
  int32_t granularity;
  const int64_t *base;
  const int32_t *width, *column;
  const int64_t *rows;
  int32_t fields;
  int32_t *status;
  __device__ int columns_of(int32_t f) const { // -1 for a table that cannot be
    const int32_t d = width[f];
    return d < 0 || d > MOST_COLUMNS || rows[f] < 0 || (granularity == DS_T_DIMENSION && d != width[0]) ? -1 : d;
  }
  __device__ int64_t units_of(int32_t f) const { return chunks_of(rows[f], DS_ROW_CHUNK); }
};

/* Rows first .. first + n of a field and this thread's place among them: row `team`, + teams, ..; columns j .. j + own. */
struct Unit {
  int32_t f, d;
  int64_t index, first;
  int n;
  int64_t at, threshold; // places of row `first`, column 0, in the tables and among the thresholds
  int lanes, lane, team, teams, j, own;

  __device__ Unit(const Layout &x, int32_t field, int64_t unit, int64_t rows_before)
      : f(field), d(x.width[field]), index(unit), first(unit * DS_ROW_CHUNK),
        n((int)least(x.rows[field] - first, DS_ROW_CHUNK)), at(x.base[field] + first * d), threshold(0),
        lanes(lanes_for(quads_of(d))), lane((int)threadIdx.x % lanes), team((int)threadIdx.x / lanes), teams(BLOCK / lanes), j(4 * lane),
        own(columns_of_quad(d, lane)) {
    if (x.granularity == DS_T_FIELD) threshold = f;
    if (x.granularity == DS_T_FIELD_DIMENSION) threshold = x.column[f];
    if (x.granularity == DS_T_FEATURE_DIMENSION) threshold = at;
    if (x.granularity == DS_T_FEATURE) threshold = rows_before + first;
  }
  /* True when quads of all these arrays may be moved at once. */
  template <class... Pointers>
  __device__ bool whole(Pointers... tables) const { return d % 4 == 0 && at % 4 == 0 && (aligned(tables) && ...); }
};

/* Calls body(unit) for the units of this block, in the same order in every thread. */
template <class Body>
__device__ void each_unit(const Layout &x, Body body) {
  int64_t work = blockIdx.x, units = 0, rows = 0;
  for (int32_t f = 0; f < x.fields; f++) {
    if (x.columns_of(f) < 0) {
      report(x.status, DS_INVALID);
      continue;
    }
    const int64_t end = units + x.units_of(f);
    for (; work < end; work += gridDim.x) body(Unit(x, f, work - units, rows));
    units = end;
    rows += x.rows[f];
  }
}

/* sign(v) relu(|v| - g), sign(x) and g (1 - g), as cpu/threshold.cpp has them. */
__device__ float soft(float v, float g) { return larger(0.0f, v - g) + smaller(0.0f, v + g); }
__device__ float sign(float x) { return (x > 0.0f ? 1.0f : 0.0f) - (0.0f > x ? 1.0f : 0.0f); }
__device__ float slope(float s) {
  const float decay = logistic(s).decay, below = 1.0f + decay;
  return decay / (below * below);
}

/* What a block has counted in a unit; whole numbers, so the order in which they are added does not matter. */
struct Kept {
  int entries, rows;
  unsigned columns[2];
};

/* The same of one thread. */
struct Count {
  int entries = 0, rows = 0;
  unsigned columns = 0;
  /* bits: which of the lane's columns are not 0; for whole warps. */
  __device__ void row(const Unit &u, unsigned bits) {
    const int first = (int)threadIdx.x % WARP / u.lanes * u.lanes;
    const unsigned occupied = __ballot_sync(ALL_LANES, bits != 0) >> first & (ALL_LANES >> (WARP - u.lanes));
    entries += __popc(bits);
    rows += u.lane == 0 && occupied;
    columns |= bits;
  }
  /* All threads of the block. */
  __device__ void add_to(Kept &block, int64_t *kept, const Unit &u) const {
    if (threadIdx.x == 0) block = Kept{0, 0, {0, 0}};
    __syncthreads();
    if (entries) atomicAdd(&block.entries, entries);
    if (rows) atomicAdd(&block.rows, rows);
    if (columns) atomicOr(&block.columns[u.j / 32], columns << u.j % 32);
    __syncthreads();
    if (threadIdx.x) return;
    unsigned long long *const to = reinterpret_cast<unsigned long long *>(kept + 3 * (int64_t)u.f);
    atomicAdd(to, (unsigned long long)block.entries);
    atomicAdd(to + 1, (unsigned long long)block.rows);
    atomicOr(to + 2, (unsigned long long)block.columns[1] << 32 | block.columns[0]);
  }
};

/* Writes S(v, s) for the gates g = sigmoid(s); which columns are not 0, as bits. */
__device__ unsigned write(float *table, Quad v, Quad gate, int own, bool whole) {
  unsigned bits = 0;
  const Quad x = quad_of([&](int i) { return soft(v.x[i], gate.x[i]); });
  store_quad(table, x, own, whole);
#pragma unroll
  for (int i = 0; i < 4; i++) bits |= (unsigned)(x.x[i] > 0.0f || 0.0f > x.x[i]) << i;
  return bits;
}

struct Apply {
  Layout layout;
  const float *values, *thresholds;
  float *tables;
  int64_t *kept;
};

__global__ void apply_rows(Apply x) {
  __shared__ Kept kept;
  each_unit(x.layout, [&](const Unit &u) {
    const int32_t granularity = x.layout.granularity;
    const bool whole = u.whole(x.values, x.tables), by_entry = granularity == DS_T_FEATURE_DIMENSION, by_row = granularity == DS_T_FEATURE;
    const float *s = x.thresholds + u.threshold;
    Quad gate = zeros<4>();
    if (granularity == DS_T_DIMENSION || granularity == DS_T_FIELD_DIMENSION) gate = load_quad(s + u.j, u.own, false);
    if (granularity == DS_T_GLOBAL || granularity == DS_T_FIELD) gate = quad_of([&](int) { return *s; });
    if (!by_entry && !by_row) gate = quad_of([&](int i) { return sigmoid_of(gate.x[i]); });
    Count count;
    for (int r0 = 0; r0 < u.n; r0 += u.teams) {
      const int r = r0 + u.team;
      unsigned bits = 0;
      if (r < u.n) {
        const int64_t at = (int64_t)r * u.d + u.j;
        if (by_row) {
          const float g = sigmoid_of(s[r]);
          gate = quad_of([&](int) { return g; });
        }
        if (by_entry) {
          const Quad own = load_quad(s + at, u.own, whole && aligned(x.thresholds));
          gate = quad_of([&](int i) { return sigmoid_of(own.x[i]); });
        }
        bits = write(x.tables + u.at + at, load_quad(x.values + u.at + at, u.own, whole), gate, u.own, whole);
      }
      count.row(u, bits);
    }
    count.add_to(kept, x.kept, u);
  });
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

enum Owner { SHARED, ROW, ENTRY }; // of a threshold

/* A row's sum over its lanes in the order of cpu/lanes.h: blocks of 16 columns ascending, then 8+8, 4+4, 2+2, 1+1. For whole warps. */
__device__ float sum_of_row(Quad x, const Unit &u) {
  Quad total = quad_of([&](int i) { return __shfl_sync(ALL_LANES, x.x[i], u.lane % 4, u.lanes); });
  for (int block = 4; block < u.lanes; block += 4)
    total = total + quad_of([&](int i) { return __shfl_sync(ALL_LANES, x.x[i], block + u.lane % 4, u.lanes); });
  for (int other = 2; other > 0; other /= 2)
    if (other < u.lanes) total = total + quad_of([&](int i) { return __shfl_xor_sync(ALL_LANES, total.x[i], other, u.lanes); });
  return (total.x[0] + total.x[2]) + (total.x[1] + total.x[3]);
}

template <Owner OWNER>
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

/* First of n ascending ids at or above the row; all lanes of a warp search together, 32 places at a time. */
__device__ int32_t first_at(const int32_t *ids, int32_t n, int64_t row) {
  int32_t low = 0, high = n;
  while (low < high) {
    const int32_t step = (high - low + WARP - 1) / WARP;
    const int64_t at = low + (int64_t)(threadIdx.x % WARP) * step;
    const int below = __popc(__ballot_sync(ALL_LANES, at < high && ids[at] < row));
    if (below == 0) return low;
    if (low + (int64_t)below * step < high) high = low + below * step;
    low += (below - 1) * step + 1;
  }
  return low;
}

template <Owner OWNER>
__global__ void __launch_bounds__(BLOCK, 3) update_rows(Update x) {
  __shared__ int32_t group[DS_ROW_CHUNK]; // of each row; -1 outside the batch
  __shared__ unsigned longest[WORDS];     // a bit for each row with more than LONGEST positions
  __shared__ int32_t range[2];            // groups of the unit
  __shared__ Quad sums[BLOCK];
  __shared__ Kept kept;
  const int thread = (int)threadIdx.x;
  const Hyper h(x.hyper), hs(x.threshold_hyper);
  each_unit(x.layout, [&](const Unit &u) {
    const int32_t groups = x.counts[u.f];
    if (groups < 0 || groups > x.batch) {
      report(x.layout.status, DS_INVALID);
      return;
    }
    const int32_t *value = x.unique + u.f * x.batch, *start = x.starts + u.f * (x.batch + 1), *order = x.order + u.f * x.batch;
    __syncthreads();
    for (int r = thread; r < u.n; r += BLOCK) group[r] = -1;
    if (thread < WORDS) longest[thread] = 0;
    if (thread < 2 * WARP) {
      const int32_t found = first_at(value, groups, u.first + (thread < WARP ? 0 : u.n));
      if (thread % WARP == 0) range[thread / WARP] = found;
    }
    __syncthreads();
    for (int32_t i = range[0] + thread; i < range[1]; i += BLOCK)
      if (value[i] >= u.first && value[i] < u.first + u.n) group[value[i] - u.first] = i;
    __syncthreads();

    const float *grad = groups ? x.grad + x.layout.column[u.f] + u.j : nullptr;
    const bool whole_grad = u.d % 4 == 0 && x.grad_stride % 4 == 0 && x.layout.column[u.f] % 4 == 0 && aligned(x.grad);
    bool whole = u.whole(x.values, x.s1, x.s2, x.tables);
    if (OWNER == ENTRY) whole = whole && u.whole(x.thresholds, x.t1, x.t2);
    RowUpdate<OWNER> update{x, u, h, hs, whole, zeros<4>(), Count()};
    for (int r0 = 0; r0 < u.n; r0 += u.teams) {
      const int r = r0 + u.team, i = r < u.n ? group[r] : -1;
      const int32_t first = i < 0 ? 0 : start[i], last = i < 0 ? 0 : start[i + 1];
      const bool now = r < u.n && last - first <= LONGEST;
      if (r < u.n && !now && u.lane == 0) atomicOr(&longest[r / 32], 1u << r % 32);
      const Quad g = now && i >= 0 ? sum_positions(grad, x.grad_stride, order, first, last, 1, u.own, whole_grad) : zeros<4>();
      update(r, now, i >= 0, g);
    }
    __syncthreads();
    for (int word = 0; word < WORDS; word++)
      for (unsigned left = longest[word]; left; left &= left - 1) {
        const int r = word * 32 + __ffs((int)left) - 1, i = group[r];
        sums[thread] = sum_positions(grad, x.grad_stride, order, start[i] + u.team, start[i + 1], u.teams, u.own, whole_grad);
        fold<BLOCK>(sums, u.lanes);
        if (thread < WARP) update(r, u.team == 0, true, sums[thread]);
        __syncthreads();
      }
    if (OWNER != SHARED) {
      update.count.add_to(kept, x.kept, u);
      return;
    }
    sums[thread] = update.shared;
    fold<BLOCK>(sums, u.lanes);
    if (thread < u.lanes) store_quad(x.workspace + u.index * x.columns + x.layout.column[u.f] + u.j, sums[thread], u.own, false);
  });
}

/* A block per threshold that rows share: fields f0 .. f1, of each the columns j0 .. j1. */
__global__ void step_shared(Update x) {
  __shared__ double sums[BLOCK];
  const Layout &l = x.layout;
  const int thread = (int)threadIdx.x;
  const bool by_column = l.granularity == DS_T_DIMENSION || l.granularity == DS_T_FIELD_DIMENSION;
  const bool by_field = l.granularity == DS_T_FIELD || l.granularity == DS_T_FIELD_DIMENSION;
  const int32_t f0 = by_field ? (int32_t)(by_column ? blockIdx.x / MOST_COLUMNS : blockIdx.x) : 0, f1 = by_field ? f0 + 1 : l.fields;
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
  const int64_t t = l.granularity == DS_T_FIELD_DIMENSION ? l.column[f0] + j0 : by_column ? j0 : f0;
  const Hyper hs(x.threshold_hyper);
  const float s = x.thresholds[t];
  advance<DS_ADAM>(hs, x.thresholds[t], (float)sums[0] * slope(s), x.t1[t], x.t2[t]);
}

int apply(Stream *s, const Apply &x) { return launch(apply_rows, (unsigned)(BLOCKS * multiprocessors()), BLOCK, s, x); }

int clear_kept(Stream *s, int64_t *kept, int32_t fields) { return status_of(cudaMemsetAsync(kept, 0, 3 * sizeof *kept * (size_t)fields, s->stream)); }

} // namespace

int threshold_apply(ds_stream stream, ds_f32_in values, ds_f32_in thresholds, int32_t granularity, ds_i64_in base, ds_i32_in width, ds_i32_in column,
                    ds_i64_in rows, ds_f32 tables, ds_i64 kept, int32_t fields) {
  if (fields < 0 || granularity < DS_T_GLOBAL || granularity > DS_T_FEATURE_DIMENSION) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(values, thresholds, base, width, column, rows, tables, kept)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  if (const int status = clear_kept(s, kept, fields)) return status;
  return apply(s, {{granularity, base, width, column, rows, fields, s->status}, values, thresholds, tables, kept});
}

int threshold_update(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_i32_in order, ds_i32_in starts, ds_i32_in unique, ds_i32_in counts,
                     ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_i64_in rows, ds_f32 values, ds_f32 state1, ds_f32 state2, ds_f32_in hyper,
                     ds_f32 thresholds, ds_f32 threshold_state1, ds_f32 threshold_state2, ds_f32_in threshold_hyper, int32_t granularity, ds_f32 tables,
                     ds_i64 kept, ds_f32 workspace, int64_t batch, int32_t fields, int64_t columns) {
  if (!none_negative(batch, fields, columns, grad_stride) || granularity < DS_T_GLOBAL || granularity > DS_T_FEATURE_DIMENSION) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(order, starts, unique, counts, base, width, column, rows, kept) || (batch > 0 && !grad)) return DS_INVALID;
  if (!all_set(values, state1, state2, hyper, thresholds, threshold_state1, threshold_state2, threshold_hyper, tables)) return DS_INVALID;
  const bool shared = granularity != DS_T_FEATURE && granularity != DS_T_FEATURE_DIMENSION;
  if (shared && !workspace) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Layout layout{granularity, base, width, column, rows, fields, s->status};
  const Update x{layout, grad, grad_stride, order, starts, unique, counts, values, state1, state2, hyper, thresholds, threshold_state1, threshold_state2,
                 threshold_hyper, tables, kept, workspace, batch, columns};
  if (const int status = clear_kept(s, kept, fields)) return status;
  const auto kernel = granularity == DS_T_FEATURE ? update_rows<ROW> : shared ? update_rows<SHARED> : update_rows<ENTRY>;
  const int status = launch(kernel, (unsigned)(BLOCKS * multiprocessors()), BLOCK, s, x);
  if (status || !shared) return status;
  const unsigned of_fields = granularity == DS_T_FIELD || granularity == DS_T_FIELD_DIMENSION ? (unsigned)fields : 1;
  const unsigned of_columns = granularity == DS_T_DIMENSION || granularity == DS_T_FIELD_DIMENSION ? MOST_COLUMNS : 1;
  if (const int stepped = launch(step_shared, of_fields * of_columns, BLOCK, s, x)) return stepped;
  return apply(s, {layout, values, thresholds, tables, kept});
}

} // namespace cuda
} // namespace ds
