/*
 * What follows the product y = x W of a cross layer.
 *
 *   forward   out = x0 (y + bias) + x
 *   backward  dx0 (+)= dout (y + bias);  dx (+)= dout;  dy = dout x0;  dbias[j] = Σ_b dy
 *
 * All [batch, n], bias and dbias [n]. A set accumulate adds to what is there. In the first layer x is x0: then dx is dx0, with accumulate_x set.
 * workspace: ceil(batch / DS_ROW_CHUNK) * n floats. dbias is summed down each chunk of rows, then in chunk order. Forward 16 bytes and 3 flops an
 * element, backward up to 32 bytes and 5 flops. Source: Wang et al., DCN V2, 2021, equation 1.
 */
#include "arguments.h"
#include "column_sum.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 64; // batch rows a unit of work in the forward pass

int cross_forward(ds_stream stream, ds_f32_in x0, ds_f32_in x, ds_f32_in y, ds_f32_in bias, ds_f32 out, int64_t batch, int64_t n) {
  if (!none_negative(batch, n)) return DS_INVALID;
  if (batch == 0 || n == 0) return DS_OK;
  if (!all_set(x0, x, y, bias, out)) return DS_INVALID;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++)
      each_block(n, [&](int64_t j, int k) {
        const int64_t at = b * n + j;
        put(out + at, get(x0 + at, k) * (get(y + at, k) + get(bias + j, k)) + get(x + at, k), k);
      });
  });
  return DS_OK;
}

int cross_backward(ds_stream stream, ds_f32_in x0, ds_f32_in y, ds_f32_in bias, ds_f32_in dout, ds_f32 dx0, int32_t accumulate_x0, ds_f32 dx,
                   int32_t accumulate_x, ds_f32 dy, ds_f32 dbias, ds_f32 workspace, int64_t batch, int64_t n) {
  if (!none_negative(batch, n)) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!dbias || (batch > 0 && !all_set(x0, y, bias, dout, dx0, dx, dy, workspace))) return DS_INVALID;
  const int64_t chunks = chunks_of(batch, DS_ROW_CHUNK);
  parallel(stream, chunks, [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * DS_ROW_CHUNK, batch);
    float *partial = workspace + chunk * n;
    clear(partial, n);
    for (int64_t b = chunk * DS_ROW_CHUNK; b < end; b++)
      each_block(n, [&](int64_t j, int k) {
        const int64_t at = b * n + j;
        const Lanes d = get(dout + at, k);
        const Lanes own = d * (get(y + at, k) + get(bias + j, k));
        put(dx0 + at, accumulate_x0 ? get(dx0 + at, k) + own : own, k);
        put(dx + at, accumulate_x ? get(dx + at, k) + d : d, k);
        const Lanes product = d * get(x0 + at, k);
        put(dy + at, product, k);
        add_to(partial + j, product, k);
      });
  });
  combine(workspace, chunks, n, dbias, n);
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
