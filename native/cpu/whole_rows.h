/* packed_gather from tables that keep whole rows of binary32: field by field, so that what is known of a table is read once for a group of batch rows. */
#ifndef DIMSIEVE_WHOLE_ROWS_H
#define DIMSIEVE_WHOLE_ROWS_H

#include "arguments.h"
#include "packed.h"
#include "table_rows.h"

namespace ds {
namespace DS_ISA {

struct Gather {
  const uint8_t *data;
  const Packed *tables;
  const int32_t *ids;
  float *out;
  int64_t out_stride;
  int32_t fields;
};

/* Field f of rows first .. first+n-1 from a table of whole binary32 rows of W columns (0: of its width). False when an id is no row of the table. */
template <int W>
static inline bool copy_field(const Gather &g, int32_t f, int64_t first, int64_t n, int64_t next) {
  const Packed &t = g.tables[f];
  const TableRows rows{reinterpret_cast<const float *>(g.data + t.at), (uint64_t)t.rows, t.width, g.ids + first * g.fields + f, g.fields,
                       g.out + first * g.out_stride + t.column, g.out_stride};
  return each_table_row<W>(rows, n, next, [&](int64_t, const float *from, float *to) {
    if (W)
      __builtin_memcpy(to, from, 4 * W);
    else
      each_block(t.width, [=](int64_t j, int m) { put(to + j, get(from + j, m), m); });
  });
}

using CopyField = bool (*)(const Gather &, int32_t, int64_t, int64_t, int64_t);
static const CopyField COPY_FIELD[] = {copy_field<0>, copy_field<1>, copy_field<2>, copy_field<3>, copy_field<4>,
                                       copy_field<5>, copy_field<6>, copy_field<7>, copy_field<8>};

/* Rows first .. end-1 of tables of whole binary32 rows, field by field: a table's description is read once for a group of rows. */
static inline bool copy_fields(const Gather &g, int64_t first, int64_t end) {
  bool inside = true;
  const int64_t group = group_of(g.out_stride);
  int64_t n = 0; // of the first group, rows are only asked for at first
  for (int64_t b = first; b < end; b += n, n = least(group, end - b))
    for (int32_t f = 0; f < g.fields; f++) {
      const int64_t width = g.tables[f].width, next = least(group, end - b - n);
      const CopyField copy = width == 16 ? copy_field<16> : COPY_FIELD[width <= 8 ? width : 0];
      inside &= copy(g, f, b, n, next);
    }
  return inside;
}

} // namespace DS_ISA
} // namespace ds

#endif
