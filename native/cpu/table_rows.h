/* Rows of one float table for a group of batch rows: what is known of the table is read once, and the next group's rows are asked for meanwhile. */
#ifndef DIMSIEVE_TABLE_ROWS_H
#define DIMSIEVE_TABLE_ROWS_H

#include "lanes.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t LINE = 64;         // bytes of a cache line
constexpr int64_t GROUP = 8;         // batch rows that are read table by table, at least
constexpr int64_t NEAR = 20 << 10;   // bytes of out that stay in the first cache beside the rows of tables

/* Batch rows of so many floats that are read table by table: with more, their places in out would push one another from the first cache. */
static inline int64_t group_of(int64_t out_stride) {
  const int64_t near = NEAR / (4 * out_stride + 1);
  return near > GROUP ? near : GROUP;
}

struct TableRows {
  const float *table;
  uint64_t rows;
  int64_t width;
  const int32_t *ids; // of the group's first batch row, as out
  int64_t id_stride;
  float *out;
  int64_t out_stride;
};

static inline void ask_for(const void *first, int64_t bytes) {
  const uint8_t *from = static_cast<const uint8_t *>(first);
  const uint8_t *line = reinterpret_cast<const uint8_t *>(reinterpret_cast<uintptr_t>(from) & ~uintptr_t(LINE - 1));
  for (; line < from + bytes; line += LINE) __builtin_prefetch(line);
}

/*
 * Calls body(row, from, to) for the table rows of n batch rows, of W columns (0: of t.width), while the rows of the next are asked for. False when an id is
 * no row of the table: row 0 is taken then.
 */
template <int W, class Body>
static inline bool each_table_row(const TableRows &given, int64_t n, int64_t next, Body &&body) {
  const TableRows t = given; // in registers: for all the compiler knows, a store of body's could change the other
  const int64_t width = W ? W : t.width;
  bool inside = true;
  for (int64_t b = n; b < n + next; b++) {
    const uint64_t row = (uint32_t)t.ids[b * t.id_stride];
    if (row < t.rows) ask_for(t.table + (int64_t)row * width, 4 * width);
  }
  for (int64_t b = 0; b < n; b++) {
    uint64_t row = (uint32_t)t.ids[b * t.id_stride];
    inside &= row < t.rows;
    if (row >= t.rows) row = 0;
    body((int64_t)row, t.table + (int64_t)row * width, t.out + b * t.out_stride);
  }
  return inside;
}

} // namespace DS_ISA
} // namespace ds

#endif
