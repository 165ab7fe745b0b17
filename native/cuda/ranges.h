/*
 * NVTX: names over stretches of time, which profilers show. The toolkit's header looks for a profiler at the first call; without one a range costs two
 * tests of a null pointer. A build whose toolkit lacks the header has no ranges. Calls that a graph replays have none either: they are the graph's launch.
 */
#ifndef DIMSIEVE_CUDA_RANGES_H
#define DIMSIEVE_CUDA_RANGES_H

#include "launch.h"

#if !defined(DS_HOST_CUDA) && __has_include(<nvtx3/nvToolsExt.h>)
#include <nvtx3/nvToolsExt.h>
#endif

namespace ds {
namespace cuda {

/* As long as it lives, what this thread does bears a name. */
class Range {
 public:
#if defined(NVTX_VERSION)
  explicit Range(const char *name) { nvtxRangePushA(name); }
  ~Range() { nvtxRangePop(); }
#else
  explicit Range(const char *) {}
#endif
  Range(const Range &) = delete;
  Range &operator=(const Range &) = delete;
};

} // namespace cuda
} // namespace ds

#endif
