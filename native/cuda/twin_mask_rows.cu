/*
 * Row masks and their gradients of the adaptively-masked twins-based layer (AMTL); formulas and layout stand in cpu/twin_mask_rows.cpp.
 *
 * rows: a thread per row. 20 bytes a row.
 * gradient: a block per (field, one in SLICES of its classes) lists the groups of its classes in order, TILE groups at a time. Teams of lanes_for(quads of a row)
 * threads make e ⊙ Σ δê of the listed groups in shared memory, positions ascending (groups longer than LONGEST by the block, as group_sum.h says); then each
 * team adds what belongs to its classes to dm, groups ascending. 4 bytes per position and column; 8 per group and slice.
 * All has the bits of the CPU, but for groups longer than LONGEST.
 */
#include "group_sum.h"
#include "quad.h"

namespace ds {
namespace cuda {

namespace {

constexpr int32_t MAX_D = 64;
constexpr int BLOCK = 256;
constexpr int WARPS = BLOCK / WARP;
constexpr int SLICES = 16;
constexpr int TILE = 1024;
constexpr int BLOCKS = 8; // per multiprocessor, when all rows are written

__device__ int64_t prefix(int32_t k) { return k >= 64 ? -1 : (int64_t)(((uint64_t)1 << k) - 1); }

struct Rows {
  const int32_t *k, *class_of_row;
  const int64_t *row_base;
  const int32_t *unique, *counts;
  int64_t *row_mask;
  int64_t batch;
  int32_t fields;
  __device__ void write(int64_t r) const { row_mask[r] = prefix(k[class_of_row[r]]); }
};

__global__ void write_all(Rows p) {
  grid_stride(p.row_base[p.fields], [&](int64_t r) { p.write(r); });
}

__global__ void write_batch(Rows p) {
  grid_stride(p.batch * p.fields, [&](int64_t i) {
    const int64_t f = i / p.batch;
    if (i - f * p.batch < p.counts[f]) p.write(p.row_base[f] + p.unique[i]);
  });
}

struct Gradient {
  const float *grad;
  int64_t grad_stride;
  const int32_t *order, *starts, *unique, *counts;
  const int64_t *base;
  const int32_t *column;
  const float *tables;
  const int32_t *class_of_row;
  const int64_t *row_base;
  const int32_t *class_base;
  float *dm;
  int32_t d;
  int64_t batch;
};

/* Groups of this block's classes in a tile: their numbers and classes, counted from the field's first. */
struct List {
  int32_t group[TILE], of[TILE];
  Later<TILE> longest; // those with more than LONGEST positions
  int counted[WARPS];
};

/* Appends, in the order of threads, the groups of those whose class is one of the slice; how many the list has then. For whole blocks. */
__device__ int append(List &list, int listed, int32_t u, int32_t of, bool belongs) {
  const int warp = (int)threadIdx.x / WARP, lane = (int)threadIdx.x % WARP;
  const unsigned votes = __ballot_sync(ALL_LANES, belongs);
  if (lane == 0) list.counted[warp] = __popc(votes);
  __syncthreads();
  int at = listed;
  for (int w = 0; w < WARPS; w++) {
    if (w < warp) at += list.counted[w];
    listed += list.counted[w];
  }
  if (belongs) {
    at += __popc(votes & ((1u << lane) - 1));
    list.group[at] = u;
    list.of[at] = of;
  }
  __syncthreads();
  return listed;
}

__global__ void class_gradients(Gradient p) {
  __shared__ List list;
  __shared__ Quad products[TILE], partial[BLOCK];
  const int thread = (int)threadIdx.x, slice = (int)(blockIdx.x % SLICES), d = p.d;
  const int64_t f = blockIdx.x / SLICES;
  const int lanes = lanes_for(quads_of(d)), lane = thread % lanes, team = thread / lanes, teams = BLOCK / lanes, own = columns_of_quad(d, lane);
  const int32_t classes = p.class_base[f + 1] - p.class_base[f], groups = p.counts[f], column = p.column[f];
  const int32_t *value = p.unique + f * p.batch;
  const int32_t *class_of_row = p.class_of_row + p.row_base[f];
  float *const dm = p.dm + (int64_t)p.class_base[f] * d + 4 * lane;
  const GroupSum sums{p.order + f * p.batch, p.starts + f * (p.batch + 1)};
  const float *grad = groups ? p.grad + column + 4 * lane : nullptr;
  const float *table = p.tables + p.base[f] + 4 * lane;
  const bool whole_dm = d % 4 == 0 && aligned(p.dm), whole_table = d % 4 == 0 && p.base[f] % 4 == 0 && aligned(p.tables);
  const bool whole_grad = d % 4 == 0 && p.grad_stride % 4 == 0 && column % 4 == 0 && aligned(p.grad);
  const auto columns = [&](int64_t b) { return load_quad(grad + b * p.grad_stride, own, whole_grad); };
  // e ⊙ s for group u, place e of the list
  const auto put_product = [&](int e, int32_t u, Quad s) {
    const Quad row = load_quad(table + (int64_t)value[u] * d, own, whole_table);
    products[e * lanes + lane] = quad_of([&](int i) { return s.x[i] * row.x[i]; });
  };

  for (int32_t c = slice + SLICES * team; c < classes; c += SLICES * teams) store_quad(dm + (int64_t)c * d, zeros<4>(), own, whole_dm);
  for (int32_t first = 0; first < groups; first += TILE) {
    int32_t of[TILE / BLOCK];
#pragma unroll
    for (int i = 0; i < TILE / BLOCK; i++) {
      const int32_t u = first + i * BLOCK + thread;
      of[i] = u < groups ? class_of_row[value[u]] - p.class_base[f] : -1;
    }
    int listed = 0;
#pragma unroll
    for (int i = 0; i < TILE / BLOCK; i++)
      listed = append(list, listed, first + i * BLOCK + thread, of[i], of[i] >= 0 && of[i] < classes && of[i] % SLICES == slice);

    for (int e0 = 0; e0 < listed; e0 += TILE / lanes) {
      const int n = (int)least(listed - e0, TILE / lanes);
      list.longest.clear();
      __syncthreads();
      for (int e = team; e < n; e += teams) {
        const int32_t u = list.group[e0 + e], begin = sums.start[u], end = sums.start[u + 1];
        if (end - begin <= LONGEST)
          put_product(e, u, sums.positions<4>(begin, end, 1, columns));
        else if (lane == 0)
          list.longest.add(e);
      }
      __syncthreads();
      list.longest.each([&](int e) {
        const Quad s = sum_of_block<BLOCK, 4>(sums, list.group[e0 + e], lanes, partial, columns);
        if (team == 0) put_product(e, list.group[e0 + e], s);
      });
      __syncthreads();
      int32_t held = -1; // the class whose sum is in total
      Quad total = zeros<4>();
      for (int e = 0; e < n; e++) {
        const int32_t c = list.of[e0 + e];
        if (c / SLICES % teams != team) continue;
        if (c != held) {
          if (held >= 0) store_quad(dm + (int64_t)held * d, total, own, whole_dm);
          held = c;
          total = load_quad(dm + (int64_t)c * d, own, whole_dm);
        }
        total = total + products[e * lanes + lane];
      }
      if (held >= 0) store_quad(dm + (int64_t)held * d, total, own, whole_dm);
      __syncthreads();
    }
  }
}

} // namespace

int twin_mask_rows(ds_stream stream, ds_i32_in k, ds_i32_in class_of_row, ds_i64_in row_base, ds_i32_in unique, ds_i32_in counts, ds_i64 row_mask,
                   int64_t batch, int32_t fields) {
  if (!none_negative(batch, fields)) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(k, class_of_row, row_base, row_mask) || (unique && !counts)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Rows p{k, class_of_row, row_base, unique, counts, row_mask, batch, fields};
  if (!unique) return launch(write_all, (unsigned)(BLOCKS * multiprocessors()), BLOCK, s, p);
  return batch == 0 ? DS_OK : launch(write_batch, blocks_for(batch * fields, BLOCK), BLOCK, s, p);
}

int twin_mask_gradient(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_i32_in order, ds_i32_in starts, ds_i32_in unique, ds_i32_in counts,
                       ds_i64_in base, ds_i32_in column, ds_f32_in tables, ds_i32_in class_of_row, ds_i64_in row_base, ds_i32_in class_base, ds_f32 dm,
                       int32_t d, int64_t batch, int32_t fields) {
  if (!none_negative(grad_stride, batch, fields) || d < 1 || d > MAX_D) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(order, starts, unique, counts, base, column, tables, class_of_row, row_base, class_base, dm) || (batch > 0 && !grad)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Gradient p{grad, grad_stride, order, starts, unique, counts, base, column, tables, class_of_row, row_base, class_base, dm, d, batch};
  return launch(class_gradients, (unsigned)fields * SLICES, BLOCK, s, p);
}

} // namespace cuda
} // namespace ds
