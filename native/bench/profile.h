/* What a case moves and computes, as the back end itself counts it (cpu/work.h). */
#ifndef DIMSIEVE_BENCH_PROFILE_H
#define DIMSIEVE_BENCH_PROFILE_H

#include "bench.h"

namespace bench {

/* Of kernels.def, in its order. */
const std::vector<std::string> &kernels();

struct Work {
  double bytes, flops;
};
/* Of one call of a case. A case that does not call the kernel it is named after ends the program. */
Work work_of(const Case &c);

} // namespace bench

#endif
