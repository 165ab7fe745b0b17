/*
 * The update rules, sixteen parameters at a time; shared by the dense kernel and the embedding backward so that both round alike.
 *
 * hyper[8] = { step size, beta1, beta2, epsilon, l2, inverse root of Adam's second bias correction, 0, 0 }
 *   SGD      p -= lr g                                                                        step size = lr
 *   Adagrad  s1 += g²;  p -= lr g / (sqrt(s1) + eps)                                          step size = lr
 *   Adam     s1 = b1 s1 + (1-b1) g;  s2 = b2 s2 + (1-b2) g²;
 *            p -= step s1 / (sqrt(s2) * hyper[5] + eps)                                       step size = lr / (1 - b1^t), hyper[5] = 1/sqrt(1 - b2^t)
 * with g <- g + l2 p first (coupled L2). Kingma & Ba 2015, algorithm 1, in the form PyTorch computes.
 */
#ifndef DIMSIEVE_UPDATE_H
#define DIMSIEVE_UPDATE_H

#include "lanes.h"

namespace ds {
namespace DS_ISA {

struct Hyper {
  Lanes step, beta1, beta2, epsilon, l2, bias2, rest1, rest2;
  explicit Hyper(const float *h)
      : step(lanes(h[0])), beta1(lanes(h[1])), beta2(lanes(h[2])), epsilon(lanes(h[3])), l2(lanes(h[4])), bias2(lanes(h[5])),
        rest1(lanes(1.0f - h[1])), rest2(lanes(1.0f - h[2])) {}
};

/* One step of parameters x with states m and v for the gradient g; a rule leaves the states it does not have alone. */
template <int RULE>
static inline void advance(const Hyper &h, Lanes &x, Lanes g, Lanes &m, Lanes &v) {
  g = g + h.l2 * x;
  if (RULE == DS_SGD) {
    x = x - h.step * g;
  } else if (RULE == DS_ADAGRAD) {
    m = m + g * g;
    x = x - h.step * g / (sqrt(m) + h.epsilon);
  } else {
    m = h.beta1 * m + h.rest1 * g;
    v = h.beta2 * v + h.rest2 * (g * g);
    x = x - h.step * m / (sqrt(v) * h.bias2 + h.epsilon);
  }
}

/* Loads n <= 16 parameters at p and the states the rule has, lets body change them, stores them. */
template <int RULE, class Body>
static inline void change(float *p, float *s1, float *s2, int n, Body &&body) {
  Lanes x = get(p, n), m = RULE == DS_SGD ? x : get(s1, n), v = RULE == DS_ADAM ? get(s2, n) : x;
  body(x, m, v);
  if (RULE != DS_SGD) put(s1, m, n);
  if (RULE == DS_ADAM) put(s2, v, n);
  put(p, x, n);
}

/* Updates n <= 16 parameters at p with their states. */
template <int RULE>
static inline void update(const Hyper &h, float *p, Lanes g, float *s1, float *s2, int n) {
  change<RULE>(p, s1, s2, n, [&](Lanes &x, Lanes &m, Lanes &v) { advance<RULE>(h, x, g, m, v); });
}

} // namespace DS_ISA
} // namespace ds

#endif
