/*
 * Tables behind soft thresholds (PEP); formula in cpu/threshold_apply.cpp, units of work in threshold.h. All bits are the CPU's. Bytes an entry as there.
 */
#include "threshold.h"

namespace ds {
namespace cuda {

namespace {

struct Apply {
  Layout layout;
  const float *values, *thresholds;
  float *tables;
  int64_t *kept;
};

__global__ void apply_rows(Apply x) {
  __shared__ Kept kept;
  each_unit(x.layout, [&](const Unit &u) {
    const Granularity g = x.layout.granularity;
    const bool whole = u.whole(x.values, x.tables), by_entry = g.kind == DS_T_FEATURE_DIMENSION, by_row = g.kind == DS_T_FEATURE;
    const float *s = x.thresholds + u.threshold;
    Quad gate = zeros<4>();
    if (g.shared()) {
      gate = g.of_column() ? load_quad(s + u.j, u.own, false) : quad_of([&](int) { return *s; });
      gate = quad_of([&](int i) { return sigmoid_of(gate.x[i]); });
    }
    Count count;
    for (int r0 = 0; r0 < u.n; r0 += u.teams) {
      const int r = r0 + u.team;
      unsigned bits = 0;
      if (r < u.n) {
        const int64_t at = (int64_t)r * u.d + u.j;
        if (by_row) {
          const float of_row = sigmoid_of(s[r]);
          gate = quad_of([&](int) { return of_row; });
        }
        if (by_entry) {
          const Quad own = load_quad(s + at, u.own, whole && aligned(x.thresholds));
          gate = quad_of([&](int i) { return sigmoid_of(own.x[i]); });
        }
        bits = write(x.tables + u.at + at, load_quad(x.values + u.at + at, u.own, whole), gate, u.own, whole);
      }
      count.row(u, bits);
    }
    count.add_to(kept, x.kept, u);
  });
}

} // namespace

int threshold_apply(ds_stream stream, ds_f32_in values, ds_f32_in thresholds, int32_t granularity, ds_i64_in base, ds_i32_in width, ds_i32_in column,
                    ds_i64_in rows, ds_f32 tables, ds_i64 kept, int32_t fields) {
  const Granularity g{granularity};
  if (fields < 0 || !g.valid()) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(values, thresholds, base, width, column, rows, tables, kept)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  if (const int status = clear_kept(s, kept, fields)) return status;
  const Apply x{{g, base, width, column, rows, fields, s->status}, values, thresholds, tables, kept};
  return launch(apply_rows, (unsigned)(BLOCKS * multiprocessors()), BLOCK, s, x);
}

} // namespace cuda
} // namespace ds
