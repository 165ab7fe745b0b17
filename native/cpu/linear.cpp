/*
 * First-order term: the sum of one weight per field.
 *
 *   out[b] = bias[0] + Σ_f weights[base[f] + ids[b, f]]        fields ascending, starting from the bias
 *
 * ids [batch, fields] row-major; rows[f] >= 1 weights of field f from weights + base[f]; out [batch]. An id that is no row of its field reads row 0 and
 * makes the call answer DS_OUT_OF_RANGE. Per row 8 * fields + 4 bytes, fields flops. Source: Rendle, Factorization Machines, 2010, equation 1.
 * Backward: embedding_backward with grad stride 1, width 1, column 0; the bias gradient is the sum of the logits' gradient.
 */
#include "arguments.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 256; // batch rows a unit of work
constexpr int64_t AHEAD = 4;  // batch rows between a prefetch and its use

int linear_forward(ds_stream stream, ds_f32_in weights, ds_i64_in base, ds_i64_in rows, ds_i32_in ids, ds_f32_in bias, ds_f32 out, int64_t batch,
                   int32_t fields) {
  if (!none_negative(batch, fields)) return DS_INVALID;
  if (batch == 0) return DS_OK;
  if (!all_set(bias, out) || (fields > 0 && !all_set(weights, base, rows, ids))) return DS_INVALID;
  int outside = 0;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    bool bad = false;
    for (int64_t b = chunk * ROWS; b < end; b++) {
      const int32_t *id = ids + b * fields;
      const bool ahead = b + AHEAD < end;
      float z = bias[0];
      for (int32_t f = 0; f < fields; f++) {
        if (ahead) __builtin_prefetch(weights + base[f] + id[AHEAD * fields + f]);
        const bool inside = (uint64_t)(int64_t)id[f] < (uint64_t)rows[f];
        bad |= !inside;
        z += weights[base[f] + (inside ? id[f] : 0)];
      }
      out[b] = z;
    }
    if (bad) __atomic_store_n(&outside, 1, __ATOMIC_RELAXED);
  });
  return outside ? DS_OUT_OF_RANGE : DS_OK;
}

} // namespace DS_ISA
} // namespace ds
