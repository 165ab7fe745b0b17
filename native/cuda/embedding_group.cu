/*
 * Groups the positions of a batch by id; what it writes stands in cpu/embedding_group.cpp.
 *
 * A block per field: a stable radix sort of (id, position) from the least digit on, 8 bits a pass, as many passes as rows[f] asks for. Every warp owns a
 * run of positions and a row of counters, one per digit: it counts its digits, the block turns the counters into places (digit by digit, within a digit warp by
 * warp), then the warp puts its pairs down in the order it reads them. Lanes with the same digit find each other by ballots, so no order is left to chance.
 * The pairs go to and fro between (order, scratch) and (unique, starts), the last pass to the former; then the first pair of each id is found and the
 * latter are overwritten with the groups. 16 bytes per pair and pass in, 8 out, most of it from the L2 cache.
 *
 * An id outside [0, rows[f]) is reported and grouped as row 0, as the gather reads it: kernels that follow in the stream run before the host knows.
 */
#include "launch.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BITS = 8;
constexpr int DIGITS = 1 << BITS;
constexpr int MOST_WARPS = 32;
constexpr int AHEAD = 4; // loads in flight per lane

struct Group {
  const int64_t *rows;
  const int32_t *ids;
  int32_t *order, *scratch, *starts, *unique, *counts;
  int64_t batch;
  int32_t fields;
  int32_t *status;
};

struct Pair {
  int32_t id, position;
};

/* What a pass reads: the ids as they came, or the pairs of the pass before. */
struct Source {
  const int32_t *ids;
  int64_t stride, rows;
  const int32_t *positions;
  int32_t *status;

  __device__ int32_t id(int64_t i) const {
    const int32_t id = ids[i * stride];
    if ((uint64_t)(int64_t)id < (uint64_t)rows) return id;
    report(status, DS_OUT_OF_RANGE);
    return 0;
  }
  __device__ Pair pair(int64_t i) const { return {id(i), positions ? positions[i] : (int32_t)i}; }
};

/* The positions of a warp: of equal length but for the last ones, in whole rounds of a warp. */
struct Run {
  int64_t first, last;
  __device__ explicit Run(int64_t batch) {
    const int64_t warps = blockDim.x / WARP, length = ((batch + warps * WARP - 1) / (warps * WARP)) * WARP;
    first = threadIdx.x / WARP * length;
    last = first + length < batch ? first + length : batch;
  }
};

/* Calls body(i, live, value) for the positions of a run, a warp's width at a time; all lanes take part, value = read(i) where live. */
template <class Read, class Body>
__device__ void each_of_run(Run run, Read read, Body body) {
  const int lane = threadIdx.x % WARP;
  for (int64_t i = run.first + lane; i - lane < run.last; i += AHEAD * WARP) {
    decltype(read(i)) value[AHEAD];
#pragma unroll
    for (int k = 0; k < AHEAD; k++) value[k] = i + k * WARP < run.last ? read(i + k * WARP) : decltype(read(i)){};
#pragma unroll
    for (int k = 0; k < AHEAD; k++)
      if (i - lane + k * WARP < run.last) body(i + k * WARP, i + k * WARP < run.last, value[k]);
  }
}

/* The live lanes whose digit is this lane's. */
__device__ unsigned peers(bool live, int32_t digit) {
  unsigned same = __ballot_sync(ALL_LANES, live);
#pragma unroll
  for (int bit = 0; bit < BITS; bit++) {
    const unsigned set = __ballot_sync(ALL_LANES, digit >> bit & 1);
    same &= digit >> bit & 1 ? set : ~set;
  }
  return same;
}

__device__ bool leads(unsigned same) { return (int)threadIdx.x % WARP == __ffs((int)same) - 1; }

__device__ int rank_among(unsigned same) { return __popc(same & ((1u << threadIdx.x % WARP) - 1)); }

/* counter[warp][digit], a count, becomes the place of the warp's first pair with the digit. */
__device__ void counts_to_places(int32_t (*counter)[DIGITS], int32_t *total) {
  const int warps = (int)blockDim.x / WARP, lane = threadIdx.x % WARP;
  for (int digit = threadIdx.x; digit < DIGITS; digit += blockDim.x) {
    int32_t sum = 0;
    for (int w = 0; w < warps; w++) sum += counter[w][digit];
    total[digit] = sum;
  }
  __syncthreads();
  if (threadIdx.x < WARP) {
    constexpr int EACH = DIGITS / WARP;
    int32_t own = 0;
    for (int k = 0; k < EACH; k++) own += total[lane * EACH + k];
    int32_t before = own;
    for (int delta = 1; delta < WARP; delta *= 2) {
      const int32_t lower = __shfl_up_sync(ALL_LANES, before, delta);
      before += lane >= delta ? lower : 0;
    }
    before -= own;
    for (int k = 0; k < EACH; k++) {
      const int32_t n = total[lane * EACH + k];
      total[lane * EACH + k] = before;
      before += n;
    }
  }
  __syncthreads();
  for (int digit = threadIdx.x; digit < DIGITS; digit += blockDim.x) {
    int32_t place = total[digit];
    for (int w = 0; w < warps; w++) {
      const int32_t n = counter[w][digit];
      counter[w][digit] = place;
      place += n;
    }
  }
  __syncthreads();
}

__device__ void sort_pass(const Source &from, int32_t *ids, int32_t *positions, int64_t batch, int shift, int32_t (*counter)[DIGITS], int32_t *total) {
  const Run run(batch);
  const auto digit_of = [&](int32_t id) { return id >> shift & (DIGITS - 1); };
  int32_t *own = counter[threadIdx.x / WARP];
  for (int i = threadIdx.x % WARP; i < DIGITS; i += WARP) own[i] = 0;
  __syncwarp();
  each_of_run(run, [&](int64_t i) { return from.id(i); }, [&](int64_t, bool live, int32_t id) {
    const unsigned same = peers(live, digit_of(id));
    if (live && leads(same)) own[digit_of(id)] += __popc(same);
    __syncwarp();
  });
  __syncthreads();
  counts_to_places(counter, total);
  each_of_run(run, [&](int64_t i) { return from.pair(i); }, [&](int64_t, bool live, Pair x) {
    const unsigned same = peers(live, digit_of(x.id));
    const int32_t place = own[digit_of(x.id)] + rank_among(same);
    __syncwarp();
    if (live) {
      ids[place] = x.id;
      positions[place] = x.position;
      if (leads(same)) own[digit_of(x.id)] = place + __popc(same);
    }
    __syncwarp();
  });
  __syncthreads();
}

/* Writes the groups of sorted ids; their number. */
__device__ int32_t find_groups(const int32_t *sorted, int64_t batch, int32_t *starts, int32_t *unique, int32_t *heads) {
  const Run run(batch);
  const int warp = threadIdx.x / WARP, warps = (int)blockDim.x / WARP;
  // Bit 31 of an id is free: here it says that the id begins a group.
  const auto read = [&](int64_t i) { return sorted[i] | (i == 0 || sorted[i - 1] != sorted[i] ? INT32_MIN : 0); };
  int32_t own = 0;
  each_of_run(run, read, [&](int64_t, bool, int32_t id) { own += __popc(__ballot_sync(ALL_LANES, id < 0)); });
  if (threadIdx.x % WARP == 0) heads[warp] = own;
  __syncthreads();
  int32_t groups = 0, before = 0;
  for (int w = 0; w < warps; w++) {
    before = w == warp ? groups : before;
    groups += heads[w];
  }
  each_of_run(run, read, [&](int64_t i, bool, int32_t id) {
    const unsigned first = __ballot_sync(ALL_LANES, id < 0);
    if (id < 0) {
      const int32_t u = before + rank_among(first);
      starts[u] = (int32_t)i;
      unique[u] = id & INT32_MAX;
    }
    before += __popc(first);
  });
  if (threadIdx.x == 0) starts[groups] = (int32_t)batch;
  return groups;
}

__global__ void __launch_bounds__(MOST_WARPS *WARP) group_field(Group g) {
  __shared__ int32_t counter[MOST_WARPS][DIGITS];
  __shared__ int32_t total[DIGITS];
  const int64_t f = blockIdx.x;
  int32_t *const order = g.order + f * g.batch, *const scratch = g.scratch + f * g.batch;
  int32_t *const unique = g.unique + f * g.batch, *const starts = g.starts + f * (g.batch + 1);
  Source from{g.ids + f, g.fields, g.rows[f], nullptr, g.status};
  int passes = 1;
  while (passes * BITS < 31 && (g.rows[f] - 1) >> (passes * BITS)) passes++;
  for (int p = 0; p < passes; p++) {
    const bool last = (passes - p) % 2 == 1;
    int32_t *const ids = last ? scratch : starts, *const positions = last ? order : unique;
    sort_pass(from, ids, positions, g.batch, p * BITS, counter, total);
    from = {ids, 1, INT64_MAX, positions, g.status};
  }
  const int32_t groups = find_groups(scratch, g.batch, starts, unique, total);
  if (threadIdx.x == 0) g.counts[f] = groups;
}

} // namespace

int embedding_group(ds_stream stream, ds_i64_in rows, ds_i32_in ids, ds_i32 order, ds_i32 scratch, ds_i32 starts, ds_i32 unique, ds_i32 counts, int64_t batch,
                    int32_t fields) {
  if (!none_negative(batch, fields) || batch > INT32_MAX - 1) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(rows, order, scratch, starts, unique, counts) || (batch > 0 && !ids)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Group g{rows, ids, order, scratch, starts, unique, counts, batch, fields, s->status};
  const unsigned warps = (unsigned)(batch <= WARP ? 1 : least(chunks_of(batch, AHEAD * WARP), MOST_WARPS));
  return launch(group_field, (unsigned)fields, warps * WARP, s, g);
}

} // namespace cuda
} // namespace ds
