/*
 * Timing of kernel calls, one by one, for a stream that is asked for it (profile in dimsieve.h). Both back ends wrap every kernel in measured(); where the stream is
 * not asked, that costs one test.
 */
#ifndef DIMSIEVE_PROFILE_H
#define DIMSIEVE_PROFILE_H

#include <time.h>

#include "dimsieve.h"

namespace ds {

/* The least that a call must move and compute; work.h. */
struct Work {
  double bytes, flops;
};

/* The number of each kernel in the registry. */
enum Kernel {
#define KERNEL(name, params, args) KERNEL_##name,
#include "kernels.def"
#undef KERNEL
  KERNELS
};

/* Where a stream's timings go: nowhere while totals is null. */
struct Profile {
  double *totals = nullptr;
  int64_t *events = nullptr;
  int64_t capacity = 0;

  void add(Kernel kernel, int64_t begin, int64_t end, Work work) {
    double *t = totals + kernel * DS_TOTALS;
    t[0] += 1;
    t[1] += (double)(end - begin) * 1e-9;
    t[2] += work.bytes;
    t[3] += work.flops;
    if (!events || events[0] == capacity) return;
    int64_t *event = events + 1 + 3 * events[0]++;
    event[0] = kernel;
    event[1] = begin;
    event[2] = end;
  }
};

static inline int64_t monotonic_nanoseconds() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Does a call; where profile asks for it, between two looks at the clock, and adds what work() says of it. A call that fails is not counted. */
template <class Call, class WorkOf>
static inline int measured(Profile &profile, Kernel kernel, Call call, WorkOf work) {
  if (!profile.totals) return call();
  const int64_t begin = monotonic_nanoseconds();
  const int status = call();
  const int64_t end = monotonic_nanoseconds();
  if (status == DS_OK) profile.add(kernel, begin, end, work());
  return status;
}

} // namespace ds

#endif
