/*
 * Groups the positions of a batch by id, field by field: what the embedding backward walks along.
 *
 *   order  [fields, batch]      positions 0 .. batch-1 sorted by (id, position): the sort is stable
 *   unique [fields, batch]      the ids that occur, ascending; counts[f] of them
 *   starts [fields, batch + 1]  group u of field f is order[f, starts[f, u] .. starts[f, u + 1])
 *   counts [fields]
 *   scratch [fields, batch]
 *
 * Least-significant-digit radix sort, 11 bits a pass, one field a unit of work. 8 bytes in, 12 out per id and pass.
 * Ids outside [0, rows[f]) answer DS_OUT_OF_RANGE; they are left in the groups, so nothing may follow then.
 */
#include "arguments.h"
#include "lanes.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int BITS = 11;
constexpr int BUCKETS = 1 << BITS;

static void sort_pass(const int32_t *id, int64_t stride, const int32_t *from, int32_t *to, int64_t batch, int shift) {
  int32_t place[BUCKETS + 1] = {0};
  for (int64_t b = 0; b < batch; b++) place[((uint32_t)id[b * stride] >> shift & (BUCKETS - 1)) + 1]++;
  for (int i = 0; i < BUCKETS; i++) place[i + 1] += place[i];
  for (int64_t i = 0; i < batch; i++) {
    const int32_t b = from ? from[i] : (int32_t)i;
    to[place[(uint32_t)id[b * stride] >> shift & (BUCKETS - 1)]++] = b;
  }
}

int embedding_group(ds_stream stream, ds_i64_in rows, ds_i32_in ids, ds_i32 order, ds_i32 scratch, ds_i32 starts, ds_i32 unique, ds_i32 counts,
                    int64_t batch, int32_t fields) {
  if (!none_negative(batch, fields) || batch > INT32_MAX - 1) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(rows, order, scratch, starts, unique, counts) || (batch > 0 && !ids)) return DS_INVALID;
  int outside = 0;
  parallel(stream, fields, [&](int64_t f) {
    const int32_t *id = ids + f;
    int32_t *const sorted = order + f * batch;
    int passes = 1;
    while (passes * BITS < 31 && (rows[f] - 1) >> (passes * BITS)) passes++;
    // The buffers alternate so that the last pass ends in order.
    int32_t *other = scratch + f * batch;
    const int32_t *from = nullptr;
    for (int p = 0; p < passes; p++) {
      int32_t *to = (passes - p) % 2 ? sorted : other;
      sort_pass(id, fields, from, to, batch, p * BITS);
      from = to;
    }
    int32_t *start = starts + f * (batch + 1);
    int32_t *value = unique + f * batch;
    int32_t groups = 0;
    for (int64_t i = 0; i < batch; i++) {
      const int32_t row = id[(int64_t)sorted[i] * fields];
      if ((uint64_t)(int64_t)row >= (uint64_t)rows[f]) __atomic_store_n(&outside, 1, __ATOMIC_RELAXED);
      if (i == 0 || row != value[groups - 1]) {
        start[groups] = (int32_t)i;
        value[groups++] = row;
      }
    }
    start[groups] = (int32_t)batch;
    counts[f] = groups;
  });
  return outside ? DS_OUT_OF_RANGE : DS_OK;
}

} // namespace DS_ISA
} // namespace ds
