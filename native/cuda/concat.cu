/*
 * Two matrices side by side; what it computes stands in cpu/concat.cpp.
 *
 * A thread per four floats of the wide matrix where both widths are multiples of four, else per float. 8 bytes an element, no sums.
 */
#include "elementwise.h"

namespace ds {
namespace cuda {

namespace {

struct Forward {
  const float *a, *b;
  float *out;
  int64_t m, n;
};

struct Backward {
  const float *dout;
  float *da, *db;
  bool accumulate_a, accumulate_b;
  int64_t m, n;
};

template <int V>
__global__ void join_rows(Forward p, int64_t packs) {
  grid_stride(packs, [&](int64_t i) {
    const int64_t at = i * V, row = at / (p.m + p.n), j = at - row * (p.m + p.n);
    store<V>(p.out + at, load<V>(j < p.m ? p.a + row * p.m + j : p.b + row * p.n + (j - p.m)));
  });
}

template <int V>
__global__ void part_rows(Backward p, int64_t packs) {
  grid_stride(packs, [&](int64_t i) {
    const int64_t at = i * V, row = at / (p.m + p.n), j = at - row * (p.m + p.n);
    const bool left = j < p.m;
    float *to = left ? p.da + row * p.m + j : p.db + row * p.n + (j - p.m);
    Pack<V> d = load<V>(p.dout + at);
    if (left ? p.accumulate_a : p.accumulate_b) {
      const Pack<V> before = load<V>(to);
      d = each<V>([&](int k) { return before.x[k] + d.x[k]; });
    }
    store<V>(to, d);
  });
}

} // namespace

int concat_forward(ds_stream stream, ds_f32_in a, ds_f32_in b, ds_f32 out, int64_t batch, int64_t m, int64_t n) {
  if (!none_negative(batch, m, n)) return DS_INVALID;
  if (batch == 0 || m + n == 0) return DS_OK;
  if (!out || (m > 0 && !a) || (n > 0 && !b)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  return launch_packs(join_rows<4>, join_rows<1>, m % 4 == 0 && n % 4 == 0 && all_aligned(a, b, out), batch * (m + n), s, Forward{a, b, out, m, n});
}

int concat_backward(ds_stream stream, ds_f32_in dout, ds_f32 da, int32_t accumulate_a, ds_f32 db, int32_t accumulate_b, int64_t batch, int64_t m,
                    int64_t n) {
  if (!none_negative(batch, m, n)) return DS_INVALID;
  if (batch == 0 || m + n == 0) return DS_OK;
  if (!dout || (m > 0 && !da) || (n > 0 && !db)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  return launch_packs(part_rows<4>, part_rows<1>, m % 4 == 0 && n % 4 == 0 && all_aligned(dout, da, db), batch * (m + n), s,
                      Backward{dout, da, db, accumulate_a != 0, accumulate_b != 0, m, n});
}

} // namespace cuda
} // namespace ds
