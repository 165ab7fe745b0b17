/*
 * Catch-up of rows that updates passed by; what it computes stands in cpu/embedding_catch_up.cpp.
 *
 * lanes_for(packs of a row) lanes replay a row, four columns each where rows lie at multiples of 16 bytes, else one; parameters and states stay in registers
 * over the missed steps, the next step's hyper is loaded while one is computed. Bits as on the CPU. Blocks stride over the rows of a field: how many they are
 * only the device knows. 8 (SGD) to 24 (Adam) bytes a column once, 4 to 14 flops a column and missed step.
 */
#include "update.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 128;

struct CatchUp {
  const int32_t *unique, *counts;
  const int64_t *base;
  const int32_t *width;
  const int64_t *row_base;
  float *tables, *state1, *state2;
  int32_t *last;
  const float *history;
  int64_t step, batch;
  int32_t fields;
  int32_t *status;
};

/* Updates from .. to - 1 of V columns at an offset, with gradient 0. */
template <int RULE, int V>
__device__ void replay(const CatchUp &c, int64_t from, int64_t to, int64_t at) {
  Parameters<RULE, V> w(c.tables + at, c.state1 + at, c.state2 + at);
  Hyper next(c.history + 8 * from);
  for (int64_t t = from; t < to; t++) {
    const Hyper h = next;
    next = Hyper(c.history + 8 * (t + 1 < to ? t + 1 : t));
    advance<RULE>(h, w.x, zeros<V>(), w.m, w.v);
  }
  w.put(c.tables + at, c.state1 + at, c.state2 + at);
}

template <int RULE, int V>
__device__ void catch_up_field(const CatchUp &c, int64_t f, int64_t rows) {
  const int32_t d = c.width[f];
  const int lanes = lanes_for(d / V), lane = threadIdx.x % lanes;
  const int64_t base = c.base[f], each = BLOCK / lanes, blocks = gridDim.x / c.fields, now = c.step - 1;
  // All lanes of a warp go round together.
  for (int64_t i = blockIdx.x / c.fields * each + threadIdx.x / lanes, first = i - threadIdx.x % WARP / lanes; first < rows;
       i += blocks * each, first += blocks * each) {
    const int64_t row = i >= rows ? 0 : c.unique ? c.unique[f * c.batch + i] : i;
    int32_t *const done = c.last + c.row_base[f] + row;
    const int64_t from = i < rows ? *done : now;
    const bool behind = from < now && from >= 0;
    if (from < now && from < 0) report(c.status, DS_OUT_OF_RANGE);
    for (int32_t j = lane * V; behind && j < d; j += lanes * V) replay<RULE, V>(c, from, now, base + row * d + j);
    __syncwarp(); // every lane has read how far its row is
    if (behind && lane == 0) *done = (int32_t)now;
  }
}

template <int RULE>
__global__ void __launch_bounds__(BLOCK) catch_up(CatchUp c) {
  const int64_t f = blockIdx.x % c.fields, rows = c.unique ? c.counts[f] : c.row_base[f + 1] - c.row_base[f];
  if (c.width[f] < 0 || rows < 0 || (c.unique && rows > c.batch)) return report(c.status, DS_INVALID);
  const bool wide = c.width[f] % 4 == 0 && c.base[f] % 4 == 0 && aligned(c.tables) && aligned(c.state1) && aligned(c.state2);
  if (wide)
    catch_up_field<RULE, 4>(c, f, rows);
  else
    catch_up_field<RULE, 1>(c, f, rows);
}

__global__ void mark(CatchUp c) {
  const int64_t f = blockIdx.x % c.fields, rows = c.counts[f], blocks = gridDim.x / c.fields;
  if (rows < 0 || rows > c.batch) return report(c.status, DS_INVALID);
  for (int64_t i = blockIdx.x / c.fields * BLOCK + threadIdx.x; i < rows; i += blocks * BLOCK)
    c.last[c.row_base[f] + c.unique[f * c.batch + i]] = (int32_t)c.step;
}

/* Blocks of a grid that gives every field as many, for n units of work a field. */
unsigned grid_of(int64_t n, int32_t fields) { return (unsigned)(least(blocks_for(n, BLOCK), chunks_of(MOST_BLOCKS, fields)) * fields); }

} // namespace

int embedding_catch_up(ds_stream stream, ds_i32_in unique, ds_i32_in counts, ds_i64_in base, ds_i32_in width, ds_i64_in row_base, ds_f32 tables,
                       ds_f32 state1, ds_f32 state2, ds_i32 last, int32_t rule, ds_f32_in history, int64_t step, int64_t batch, int32_t fields) {
  if (!none_negative(step, batch, fields) || step > INT32_MAX || rule < DS_SGD || rule > DS_ADAM) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(base, width, row_base, tables, last) || (step > 1 && !history) || (unique && !counts)) return DS_INVALID;
  if ((rule != DS_SGD && !state1) || (rule == DS_ADAM && !state2)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  // A state that the rule does not have is never read; this gives it an address to count from.
  const CatchUp c{unique, counts,  base, width, row_base, tables, state1 ? state1 : tables, state2 ? state2 : tables,
                  last,   history, step, batch, fields,   s->status};
  constexpr int64_t LANES = 8; // of a row, where widths are unknown
  return with_rule(rule, [&](auto r) {
    return launch(catch_up<decltype(r)::rule>, unique ? grid_of(batch * LANES, fields) : grid_of(MOST_BLOCKS * BLOCK, fields), BLOCK, s, c);
  });
}

int embedding_mark(ds_stream stream, ds_i32_in unique, ds_i32_in counts, ds_i64_in row_base, ds_i32 last, int64_t step, int64_t batch, int32_t fields) {
  if (!none_negative(step, batch, fields) || step > INT32_MAX) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(unique, counts, row_base, last)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const CatchUp c{unique, counts, nullptr, nullptr, row_base, nullptr, nullptr, nullptr, last, nullptr, step, batch, fields, s->status};
  return launch(mark, grid_of(batch, fields), BLOCK, s, c);
}

} // namespace cuda
} // namespace ds
