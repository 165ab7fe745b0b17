/*
 * Soft thresholds on embedding tables: what a model reads as its tables while PEP searches.
 *
 *   tables = S(values, s),   S(V, s) = sign(V) relu(|V| - g),   g = 1 / (1 + e^-s)     exactly 0 below s = -104
 *
 * granularity.h says which threshold belongs to which entry. kept [fields, 3], overwritten: entries of the tables that are not 0, rows with such entries,
 * and the columns with such entries as bits.
 *
 * A unit of work is (field, DS_ROW_CHUNK rows). 8 bytes an entry, and 4 more where it has a threshold of its own.
 * Sources: Liu et al. 2021 (PEP) and its official code; Kusupati et al. 2020 (STR).
 */
#include "arguments.h"
#include "pool.h"
#include "threshold.h"

namespace ds {
namespace DS_ISA {

int threshold_apply(ds_stream stream, ds_f32_in values, ds_f32_in thresholds, int32_t granularity, ds_i64_in base, ds_i32_in width, ds_i32_in column,
                    ds_i64_in rows, ds_f32 tables, ds_i64 kept, int32_t fields) {
  const Granularity g{granularity};
  if (fields < 0 || !g.valid()) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(values, thresholds, base, width, column, rows, tables, kept)) return DS_INVALID;
  const int64_t most = most_rows(g, width, rows, fields);
  if (most < 0) return DS_INVALID;
  for (int32_t i = 0; i < 3 * fields; i++) kept[i] = 0;
  parallel(stream, chunks_of(most, DS_ROW_CHUNK) * fields, [&](int64_t work) {
    const Part x = part_of(g, base, width, column, rows, work % fields, work / fields);
    Count count;
    for (int64_t r = x.first; r < x.end; r++) {
      const int64_t at = base[x.f] + r * x.d;
      count.row(apply_row(values + at, thresholds + x.threshold + (r - x.first) * x.step, g.of_column(), tables + at, x.d));
    }
    count.add_to(kept + 3 * x.f);
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
