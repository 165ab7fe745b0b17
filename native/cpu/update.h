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

/* Updates n <= 16 parameters at p with their states. */
template <int RULE>
static inline void update(const Hyper &h, float *p, Lanes g, float *s1, float *s2, int n) {
  Lanes x = get(p, n);
  g = g + h.l2 * x;
  if (RULE == DS_SGD) {
    x = x - h.step * g;
  } else if (RULE == DS_ADAGRAD) {
    Lanes v = get(s1, n) + g * g;
    put(s1, v, n);
    x = x - h.step * g / (sqrt(v) + h.epsilon);
  } else {
    Lanes m = h.beta1 * get(s1, n) + h.rest1 * g;
    Lanes v = h.beta2 * get(s2, n) + h.rest2 * (g * g);
    put(s1, m, n);
    put(s2, v, n);
    x = x - h.step * m / (sqrt(v) * h.bias2 + h.epsilon);
  }
  put(p, x, n);
}

} // namespace DS_ISA
} // namespace ds

#endif
