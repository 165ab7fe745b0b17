/*
 * Two matrices side by side.
 *
 *   forward   out[b] = a[b], b[b]
 *   backward  da[b] (+)= first part of dout[b];  db[b] (+)= the rest
 *
 * a, da [batch, m]; b, db [batch, n]; out, dout [batch, m + n]. A set accumulate adds to what is there. 8 bytes an element.
 */
#include "arguments.h"
#include "lanes.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 64; // batch rows a unit of work

static inline void copy_row(const float *from, float *to, bool accumulate, int64_t n) {
  each_block(n, [&](int64_t j, int k) { put(to + j, accumulate ? get(to + j, k) + get(from + j, k) : get(from + j, k), k); });
}

int concat_forward(ds_stream stream, ds_f32_in a, ds_f32_in b, ds_f32 out, int64_t batch, int64_t m, int64_t n) {
  if (!none_negative(batch, m, n)) return DS_INVALID;
  if (batch == 0 || m + n == 0) return DS_OK;
  if (!out || (m > 0 && !a) || (n > 0 && !b)) return DS_INVALID;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t i = chunk * ROWS; i < end; i++) {
      copy_row(a + i * m, out + i * (m + n), false, m);
      copy_row(b + i * n, out + i * (m + n) + m, false, n);
    }
  });
  return DS_OK;
}

int concat_backward(ds_stream stream, ds_f32_in dout, ds_f32 da, int32_t accumulate_a, ds_f32 db, int32_t accumulate_b, int64_t batch, int64_t m,
                    int64_t n) {
  if (!none_negative(batch, m, n)) return DS_INVALID;
  if (batch == 0 || m + n == 0) return DS_OK;
  if (!dout || (m > 0 && !da) || (n > 0 && !db)) return DS_INVALID;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t i = chunk * ROWS; i < end; i++) {
      copy_row(dout + i * (m + n), da + i * m, accumulate_a != 0, m);
      copy_row(dout + i * (m + n) + m, db + i * n, accumulate_b != 0, n);
    }
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
