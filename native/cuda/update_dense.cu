/*
 * One optimizer step on a dense array; what it computes stands in cpu/update_dense.cpp.
 *
 * A thread updates four parameters where all the arrays begin at multiples of 16 bytes, else one; the last n % 4 one each. Bits as on the CPU. 8 to 28
 * bytes and 2 to 12 flops per parameter.
 */
#include "update.h"

namespace ds {
namespace cuda {

namespace {

constexpr int BLOCK = 256;

struct Dense {
  float *p;
  const float *g;
  float *s1, *s2;
  const float *hyper;
  int64_t n;
};

template <int RULE, int V>
__device__ void step(const Dense &a, const Hyper &h, int64_t i) {
  Parameters<RULE, V> w(a.p + i, a.s1 + i, a.s2 + i);
  advance<RULE>(h, w.x, load<V>(a.g + i), w.m, w.v);
  w.put(a.p + i, a.s1 + i, a.s2 + i);
}

template <int RULE, int V>
__global__ void update_all(Dense a) {
  const Hyper h(a.hyper);
  grid_stride(a.n / V, [&](int64_t i) { step<RULE, V>(a, h, i * V); });
  if (V > 1 && thread_of_grid() < a.n % V) step<RULE, 1>(a, h, a.n / V * V + thread_of_grid());
}

} // namespace

int update_dense(ds_stream stream, ds_f32 parameters, ds_f32_in grad, ds_f32 state1, ds_f32 state2, int32_t rule, ds_f32_in hyper, int64_t n) {
  if (n < 0 || rule < DS_SGD || rule > DS_ADAM) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!all_set(parameters, grad, hyper) || (rule != DS_SGD && !state1) || (rule == DS_ADAM && !state2)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  // A state that the rule does not have is never read; this gives it an address to count from.
  const Dense a{parameters, grad, state1 ? state1 : parameters, state2 ? state2 : parameters, hyper, n};
  const bool wide = aligned(a.p) && aligned(a.g) && aligned(a.s1) && aligned(a.s2);
  return with_rule(rule, [&](auto r) {
    constexpr int RULE = decltype(r)::rule;
    return wide ? launch(update_all<RULE, 4>, blocks_for(n / 4, BLOCK), BLOCK, s, a) : launch(update_all<RULE, 1>, blocks_for(n, BLOCK), BLOCK, s, a);
  });
}

} // namespace cuda
} // namespace ds
