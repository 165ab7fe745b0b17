/*
 * Groups the positions of a batch by id, field by field: what the embedding backward walks along.
 *
 *   order  [fields, batch]      positions 0 .. batch-1 sorted by (id, position): the sort is stable
 *   unique [fields, batch]      the ids that occur, ascending; counts[f] of them
 *   starts [fields, batch + 1]  group u of field f is order[f, starts[f, u] .. starts[f, u + 1])
 *   counts [fields]
 *   scratch [fields, batch]     the ids, field by field
 *
 * First the ids are turned from rows to fields, in blocks that stay in the first cache. Then each field is a unit of work: a least-significant-digit radix
 * sort of keys, an id above its position, so that every pass reads them in order; a field has as few digits as 11 bits allow, all of one size. Keys are 32
 * bits wide where that is enough, and lie in two buffers of the thread's that its next field uses again. 12 bytes per id, and in the nearest caches 12 more
 * per pass. Ids outside [0, rows[f]) answer DS_OUT_OF_RANGE; the groups mean nothing then.
 */
#include "arguments.h"
#include "pool.h"
#include "scratch.h"

namespace ds {
namespace DS_ISA {

constexpr int BITS = 11;      // most of a digit
constexpr int PARTS = 4;      // of a batch, counted and moved in turn: a frequent digit's counter is written again before it can be read, but there are four
constexpr int64_t ROWS = 256; // batch rows a unit of work, where ids are turned
constexpr int64_t BLOCK = 64; // of them at a time
constexpr int64_t LINE = 16;  // numbers of a cache line

struct Ids {
  const int32_t *ids;
  int64_t batch;
  int bits, position_bits;
};

struct Sorted {
  int32_t *order, *starts, *unique;
};

/* Bits of the numbers below n, at least one. */
static int bits_below(int64_t n) {
  int bits = 1;
  while (bits < 31 && (n - 1) >> bits) bits++;
  return bits;
}

/* ids [first .. end, fields] to turned [fields, batch]. True when all are rows of their tables. */
static bool turn_ids(const int32_t *ids, const int64_t *rows, int64_t first, int64_t end, int64_t batch, int32_t fields, int32_t *turned) {
  bool inside = true;
  for (int64_t from = first; from < end; from += BLOCK) {
    const int64_t to = least(from + BLOCK, end);
    for (int32_t f = 0; f < fields; f++) {
      const uint64_t limit = (uint64_t)rows[f];
      int32_t *const own = turned + f * batch;
      for (int64_t b = from; b < to; b++) {
        const int32_t id = ids[b * fields + f];
        own[b] = id;
        inside &= (uint64_t)(int64_t)id < limit;
      }
    }
  }
  return inside;
}

/* The sorted ids above their positions, the groups without a branch: what an id writes that was there before is overwritten by the next that was not. */
template <class Key>
static int32_t find_groups(const Key *keys, const Ids &x, const Sorted &to) {
  const Key most = ((Key)1 << x.position_bits) - 1;
  int32_t groups = 0, last = 0;
  for (int64_t i = 0; i < x.batch; i++) {
    const int32_t id = (int32_t)(keys[i] >> x.position_bits);
    to.order[i] = (int32_t)(keys[i] & most);
    to.starts[groups] = (int32_t)i;
    to.unique[groups] = id;
    groups += i == 0 || id != last;
    last = id;
  }
  to.starts[groups] = (int32_t)x.batch;
  return groups;
}

/* Calls body(part, i) for i < n, from all PARTS parts of the range in turn. */
template <class Body>
static inline void each_in_turn(int64_t n, Body &&body) {
  const int64_t size = chunks_of(n, PARTS), all = n - (PARTS - 1) * size; // the last part is the shortest
  for (int64_t i = 0; i < all; i++)
    for (int part = 0; part < PARTS; part++) body(part, part * size + i);
  for (int64_t i = all < 0 ? 0 : all; i < size; i++)
    for (int part = 0; part < PARTS && part * size + i < n; part++) body(part, part * size + i);
}

/* Sorts n keys by a digit of that many bits, from one buffer to the other. */
template <class Key>
static void sort_digit(const Key *from, Key *to, int64_t n, int shift, int bits) {
  int32_t place[PARTS][1 << BITS];
  const uint32_t most = (1u << bits) - 1;
  for (int part = 0; part < PARTS; part++) __builtin_memset(place[part], 0, ((size_t)most + 1) * sizeof place[0][0]);
  each_in_turn(n, [&](int part, int64_t i) { place[part][(uint32_t)(from[i] >> shift) & most]++; });
  int32_t sum = 0;
  for (uint32_t d = 0; d <= most; d++)
    for (int part = 0; part < PARTS; part++) {
      const int32_t count = place[part][d];
      place[part][d] = sum;
      sum += count;
    }
  each_in_turn(n, [&](int part, int64_t i) { to[place[part][(uint32_t)(from[i] >> shift) & most]++] = from[i]; });
}

/* The groups of a field; -1 when there is no memory. */
template <class Key>
static int32_t group_ids(const Ids &x, const Sorted &to) {
  const int64_t floats = (chunks_of(x.batch * (int64_t)sizeof(Key), 64) + 1) * 16; // of a buffer: whole lines, and one where a batch is empty
  float *const memory = ds_scratch(2 * floats);
  if (!memory) return -1;
  Key *keys = reinterpret_cast<Key *>(memory), *other = reinterpret_cast<Key *>(memory + floats);
  const uint32_t inside = (uint32_t)(((uint64_t)1 << x.bits) - 1);
  for (int64_t i = 0; i < x.batch; i++) keys[i] = (Key)((uint32_t)x.ids[i] & inside) << x.position_bits | (Key)i;
  for (int64_t i = 0; i < x.batch; i += LINE) { // written at the end, by when the lines are there
    __builtin_prefetch(to.order + i, 1);
    __builtin_prefetch(to.starts + i, 1);
    __builtin_prefetch(to.unique + i, 1);
  }
  const int digits = (int)chunks_of(x.bits, BITS), size = (int)chunks_of(x.bits, digits);
  for (int digit = 0; digit < digits; digit++) {
    sort_digit(keys, other, x.batch, x.position_bits + digit * size, size);
    Key *const sorted = other;
    other = keys;
    keys = sorted;
  }
  return find_groups(keys, x, to);
}

int embedding_group(ds_stream stream, ds_i64_in rows, ds_i32_in ids, ds_i32 order, ds_i32 scratch, ds_i32 starts, ds_i32 unique, ds_i32 counts,
                    int64_t batch, int32_t fields) {
  if (!none_negative(batch, fields) || batch > INT32_MAX - 1) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(rows, order, scratch, starts, unique, counts) || (batch > 0 && !ids)) return DS_INVALID;
  int status = DS_OK;
  const auto fail = [&](int what) { __atomic_store_n(&status, what, __ATOMIC_RELAXED); };
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    if (!turn_ids(ids, rows, chunk * ROWS, least((chunk + 1) * ROWS, batch), batch, fields, scratch)) fail(DS_OUT_OF_RANGE);
  });
  const int position_bits = bits_below(batch);
  parallel(stream, fields, [&](int64_t f) {
    const Ids x{scratch + f * batch, batch, bits_below(rows[f]), position_bits};
    const Sorted to{order + f * batch, starts + f * (batch + 1), unique + f * batch};
    counts[f] = x.bits + position_bits <= 32 ? group_ids<uint32_t>(x, to) : group_ids<uint64_t>(x, to);
    if (counts[f] < 0) fail(DS_NO_MEMORY);
  });
  return status;
}

} // namespace DS_ISA
} // namespace ds
