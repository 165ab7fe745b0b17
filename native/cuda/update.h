/* The update rules of cpu/update.h, one parameter at a time in the same order of operations: the bits are the CPU's. */
#ifndef DIMSIEVE_CUDA_UPDATE_H
#define DIMSIEVE_CUDA_UPDATE_H

#include "pack.h"

namespace ds {
namespace cuda {

struct Hyper {
  float step, beta1, beta2, epsilon, l2, bias2, rest1, rest2;
  __device__ explicit Hyper(const float *h)
      : step(h[0]), beta1(h[1]), beta2(h[2]), epsilon(h[3]), l2(h[4]), bias2(h[5]), rest1(1.0f - h[1]), rest2(1.0f - h[2]) {}
};

/* One step of parameter x with states m and v for the gradient g; a rule leaves the states it does not have alone. */
template <int RULE>
__device__ static inline void advance(const Hyper &h, float &x, float g, float &m, float &v) {
  g = g + h.l2 * x;
  if (RULE == DS_SGD) {
    x = x - h.step * g;
  } else if (RULE == DS_ADAGRAD) {
    m = m + g * g;
    x = x - h.step * g / (sqrtf(m) + h.epsilon);
  } else {
    m = h.beta1 * m + h.rest1 * g;
    v = h.beta2 * v + h.rest2 * (g * g);
    x = x - h.step * m / (sqrtf(v) * h.bias2 + h.epsilon);
  }
}
template <int RULE, int V>
__device__ static inline void advance(const Hyper &h, Pack<V> &x, Pack<V> g, Pack<V> &m, Pack<V> &v) {
#pragma unroll
  for (int i = 0; i < V; i++) advance<RULE>(h, x.x[i], g.x[i], m.x[i], v.x[i]);
}

/* V parameters with the states that the rule has; the others are never read or written. */
template <int RULE, int V>
struct Parameters {
  Pack<V> x, m, v;
  __device__ Parameters() : x(zeros<V>()), m(x), v(x) {}
  __device__ Parameters(const float *p, const float *s1, const float *s2)
      : x(load<V>(p)), m(RULE == DS_SGD ? zeros<V>() : load<V>(s1)), v(RULE == DS_ADAM ? load<V>(s2) : zeros<V>()) {}
  __device__ void put(float *p, float *s1, float *s2) const {
    if (RULE != DS_SGD) store<V>(s1, m);
    if (RULE == DS_ADAM) store<V>(s2, v);
    store<V>(p, x);
  }
};

/* Calls body(Rule<RULE>()) for the rule with that number: what picks the kernel compiled for it. */
template <int RULE>
struct Rule {
  static constexpr int rule = RULE;
};
template <class Body>
static inline int with_rule(int32_t rule, Body body) {
  return rule == DS_SGD ? body(Rule<DS_SGD>()) : rule == DS_ADAGRAD ? body(Rule<DS_ADAGRAD>()) : body(Rule<DS_ADAM>());
}

} // namespace cuda
} // namespace ds

#endif
