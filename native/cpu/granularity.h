/*
 * Which entries of embedding tables share a threshold; both back ends ask here. Threshold of column j in row r of field f, tables of widths up to 64:
 *
 *   DS_T_GLOBAL 0;  DS_T_DIMENSION j (all fields of one width);  DS_T_FEATURE r + rows of the fields before;  DS_T_FIELD f;
 *   DS_T_FIELD_DIMENSION column[f] + j;  DS_T_FEATURE_DIMENSION base[f] + r width[f] + j
 */
#ifndef DIMSIEVE_GRANULARITY_H
#define DIMSIEVE_GRANULARITY_H

#include "cpu/arguments.h"

namespace ds {

constexpr int32_t MOST_COLUMNS = 64; // bits of a word of kept

struct Granularity {
  int32_t kind;

  DS_ANYWHERE bool valid() const { return kind >= DS_T_GLOBAL && kind <= DS_T_FEATURE_DIMENSION; }
  /* True when the rows of a field share thresholds. */
  DS_ANYWHERE bool shared() const { return kind != DS_T_FEATURE && kind != DS_T_FEATURE_DIMENSION; }
  DS_ANYWHERE bool of_field() const { return kind == DS_T_FIELD || kind == DS_T_FIELD_DIMENSION; }
  DS_ANYWHERE bool of_column() const { return kind == DS_T_DIMENSION || kind == DS_T_FIELD_DIMENSION || kind == DS_T_FEATURE_DIMENSION; }

  /* Whether a table of this size can have thresholds, given the width of the first. */
  DS_ANYWHERE bool fits(int32_t width, int64_t rows, int32_t first_width) const {
    return width >= 0 && width <= MOST_COLUMNS && rows >= 0 && (kind != DS_T_DIMENSION || width == first_width);
  }

  /* The threshold of column 0 in row 0 of field f, and what it grows by from a row to the next. */
  DS_ANYWHERE int64_t first(int64_t f, int64_t column, int64_t base, int64_t rows_before) const {
    return kind == DS_T_FIELD ? f : kind == DS_T_FIELD_DIMENSION ? column : kind == DS_T_FEATURE_DIMENSION ? base : kind == DS_T_FEATURE ? rows_before : 0;
  }
  DS_ANYWHERE int64_t row_step(int32_t width) const { return kind == DS_T_FEATURE_DIMENSION ? width : kind == DS_T_FEATURE ? 1 : 0; }
};

} // namespace ds

#endif
