/*
 * What applying and updating soft thresholds share on CUDA: how tables are cut among blocks and threads, the formula of an entry, and what is counted.
 *
 * A unit of work is a block and DS_ROW_CHUNK rows of a field. A row is shared by lanes_for(quads of a row) threads, four columns each; the rows of a unit go
 * round the teams of a block.
 */
#ifndef DIMSIEVE_CUDA_THRESHOLD_H
#define DIMSIEVE_CUDA_THRESHOLD_H

#include "cpu/granularity.h"
#include "exp_log.h"
#include "quad.h"

namespace ds {
namespace cuda {

int threshold_apply(ds_stream stream, ds_f32_in values, ds_f32_in thresholds, int32_t granularity, ds_i64_in base, ds_i32_in width, ds_i32_in column,
                    ds_i64_in rows, ds_f32 tables, ds_i64 kept, int32_t fields);

constexpr int BLOCK = 256;
constexpr int BLOCKS = 4; // per multiprocessor

struct Layout {
  Granularity granularity;
  const int64_t *base;
  const int32_t *width, *column;
  const int64_t *rows;
  int32_t fields;
  int32_t *status;
  __device__ int columns_of(int32_t f) const { return granularity.fits(width[f], rows[f], width[0]) ? width[f] : -1; } // -1 for a table that cannot be
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
        n((int)least(x.rows[field] - first, DS_ROW_CHUNK)), at(x.base[field] + first * d),
        threshold(x.granularity.first(f, x.column[f], x.base[f], rows_before) + first * x.granularity.row_step(d)),
        lanes(lanes_for(quads_of(d))), lane((int)threadIdx.x % lanes), team((int)threadIdx.x / lanes), teams(BLOCK / lanes), j(4 * lane),
        own(columns_of_quad(d, lane)) {}
  /* True when quads of all these arrays may be moved at once. */
  template <class... Pointers>
  __device__ bool whole(Pointers... tables) const { return d % 4 == 0 && at % 4 == 0 && (aligned(tables) && ...); }
};

/* Calls body(unit) for the units of this block, in the same order in every thread. */
template <class Body>
__device__ static inline void each_unit(const Layout &x, Body body) {
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

/* Writes S(v, s) for the gates g = sigmoid(s), as cpu/threshold.h has it; which columns are not 0, as bits. */
__device__ static inline unsigned write(float *table, Quad v, Quad gate, int own, bool whole) {
  unsigned bits = 0;
  const Quad x = quad_of([&](int i) { return larger(0.0f, v.x[i] - gate.x[i]) + smaller(0.0f, v.x[i] + gate.x[i]); });
  store_quad(table, x, own, whole);
#pragma unroll
  for (int i = 0; i < 4; i++) bits |= (unsigned)(x.x[i] > 0.0f || 0.0f > x.x[i]) << i;
  return bits;
}

static inline int clear_kept(Stream *s, int64_t *kept, int32_t fields) {
  return status_of(cudaMemsetAsync(kept, 0, 3 * sizeof *kept * (size_t)fields, s->stream));
}

} // namespace cuda
} // namespace ds

#endif
