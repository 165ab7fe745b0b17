/*
 * Groups the positions of a batch by id, field by field: what the embedding backward walks along.
 *
 *   order  [fields, batch]      positions 0 .. batch-1 sorted by (id, position): the sort is stable
 *   unique [fields, batch]      the ids that occur, ascending; counts[f] of them
 *   starts [fields, batch + 1]  group u of field f is order[f, starts[f, u] .. starts[f, u + 1])
 *   counts [fields]
 *   scratch [fields, batch]
 *
 * Least-significant-digit radix sort, one field a unit of work; a field has as few digits as 11 bits allow, all of one size. The ids, a row apart in the
 * batch, are read from there once and then lie in scratch; positions go to and fro between order and starts. A pass first counts, and notes for each position
 * in unique how many before it have its digit; where it goes is then a sum, and no store waits for the one before. 20 bytes per id and pass.
 * Ids outside [0, rows[f]) answer DS_OUT_OF_RANGE; they are left in the groups, so nothing may follow then.
 */
#include "arguments.h"
#include "lanes.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int BITS = 11;
constexpr int64_t LINE = 16;  // numbers of a cache line
constexpr int64_t AHEAD = 16; // batch rows between a prefetch and its use

/* Copies the ids of a field out of the batch, and asks for the memory that is written next. True when all are rows of the table. */
static bool copy_ids(const int32_t *from, int64_t stride, int64_t batch, int64_t rows, int32_t *ids, int32_t *before, int32_t *to) {
  bool inside = true;
  for (int64_t b = 0; b < batch; b++) {
    __builtin_prefetch(from + (b + AHEAD) * stride);
    if (b % LINE == 0) {
      __builtin_prefetch(before + b, 1);
      __builtin_prefetch(to + b, 1);
    }
    ids[b] = from[b * stride];
    inside &= (uint64_t)(int64_t)ids[b] < (uint64_t)rows;
  }
  return inside;
}

/* Sorts by bits shift .. shift+bits-1 of the ids. FIRST: the positions come in order, and from is not read. */
template <bool FIRST>
static void sort_pass(const int32_t *ids, int shift, int bits, const int32_t *from, int32_t *before, int32_t *to, int64_t batch) {
  int32_t place[1 << BITS];
  const uint32_t most = (1u << bits) - 1;
  const auto position = [=](int64_t i) { return FIRST ? (int32_t)i : from[i]; };
  const auto digit = [=](int64_t i) { return (uint32_t)ids[position(i)] >> shift & most; };
  __builtin_memset(place, 0, ((size_t)most + 1) * sizeof place[0]);
  for (int64_t i = 0; i < batch; i++) before[i] = place[digit(i)]++;
  int32_t sum = 0;
  for (uint32_t d = 0; d <= most; d++) {
    const int32_t n = place[d];
    place[d] = sum;
    sum += n;
  }
  for (int64_t i = 0; i < batch; i++) to[place[digit(i)] + before[i]] = position(i);
}

/* The groups of the sorted positions, without a branch: what an id writes that was there before is overwritten by the next that was not. */
static int32_t find_groups(const int32_t *ids, const int32_t *order, int64_t batch, int32_t *starts, int32_t *unique) {
  int32_t groups = 0, last = 0;
  for (int64_t i = 0; i < batch; i++) {
    const int32_t id = ids[order[i]];
    starts[groups] = (int32_t)i;
    unique[groups] = id;
    groups += i == 0 || id != last;
    last = id;
  }
  starts[groups] = (int32_t)batch;
  return groups;
}

int embedding_group(ds_stream stream, ds_i64_in rows, ds_i32_in ids, ds_i32 order, ds_i32 scratch, ds_i32 starts, ds_i32 unique, ds_i32 counts,
                    int64_t batch, int32_t fields) {
  if (!none_negative(batch, fields) || batch > INT32_MAX - 1) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(rows, order, scratch, starts, unique, counts) || (batch > 0 && !ids)) return DS_INVALID;
  int outside = 0;
  parallel(stream, fields, [&](int64_t f) {
    int32_t *const own = scratch + f * batch, *const before = unique + f * batch;
    int32_t *const positions[] = {order + f * batch, starts + f * (batch + 1)};
    int bits = 1;
    while (bits < 31 && (rows[f] - 1) >> bits) bits++;
    const int passes = (int)chunks_of(bits, BITS), size = (int)chunks_of(bits, passes);
    int to = passes % 2 ? 0 : 1; // the buffers alternate so that the last pass ends in order
    if (!copy_ids(ids + f, fields, batch, rows[f], own, before, positions[to])) __atomic_store_n(&outside, 1, __ATOMIC_RELAXED);
    for (int p = 0; p < passes; p++, to ^= 1)
      (p == 0 ? sort_pass<true> : sort_pass<false>)(own, p * size, size, positions[to ^ 1], before, positions[to], batch);
    counts[f] = find_groups(own, positions[0], batch, positions[1], before);
  });
  return outside ? DS_OUT_OF_RANGE : DS_OK;
}

} // namespace DS_ISA
} // namespace ds
