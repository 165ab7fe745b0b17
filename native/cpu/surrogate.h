/* The surrogate derivatives of the mask's step, in float64; formulas at the head of mask.cpp. Both back ends call these. */
#ifndef DIMSIEVE_SURROGATE_H
#define DIMSIEVE_SURROGATE_H

#include "cpu/arguments.h"

namespace ds {

/* e^x for x <= 0: (1 + y + y²/2! + ..)^(2^10), y = x / 2^10. Not the C library's, whose last bit depends on the machine. */
DS_ANYWHERE static inline double exp_below_zero(double x) {
  if (x < -700) return 0;
  const double y = x / 1024;
  double e = 0;
  for (int k = 12; k > 0; k--) e = (1 + e) * y / k;
  for (int i = 0; i < 10; i++) e = e * (2 + e); // e^y - 1 to e^2y - 1
  return 1 + e;
}

DS_ANYWHERE static inline double logistic(double m) {
  const double e = exp_below_zero(m < 0 ? m : -m);
  return (m < 0 ? e : 1) / (1 + e);
}

/* q(m) of a DS_Q_*. */
DS_ANYWHERE static inline double surrogate_derivative(int32_t surrogate, double m, double slope) {
  const double size = m < 0 ? -m : m;
  switch (surrogate) {
  case DS_Q_CLIPPED: return size <= 1 ? 1 : 0;
  case DS_Q_SOFTPLUS: return logistic(m);
  case DS_Q_LEAKY: return m > 0 ? 1 : slope;
  case DS_Q_SIGMOID: return logistic(m) * logistic(-m);
  case DS_Q_LONG_TAILED: return size <= 0.4 ? 2 - 4 * size : size <= 1 ? 0.4 : 0;
  default: return 1;
  }
}

} // namespace ds

#endif
