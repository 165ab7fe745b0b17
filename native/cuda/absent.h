/* A back end that cannot run here: every entry answers that there is no device. */
#ifndef DIMSIEVE_ABSENT_H
#define DIMSIEVE_ABSENT_H

#include "dimsieve.h"

namespace ds {
namespace cuda {

/* One function of any type of the table. */
template <class Function>
struct Absent;
template <class... Arguments>
struct Absent<int (*)(Arguments...)> {
  static int call(Arguments...) { return DS_NO_DEVICE; }
};

/* probe says why. */
static inline ds_backend absent_backend(int (*probe)(char *text, size_t n)) {
  return {
      DS_ABI,
      sizeof(ds_backend),
      probe,
#define ABSENT(name) Absent<decltype(ds_backend::name)>::call,
      ABSENT(allocate) ABSENT(release) ABSENT(allocate_pinned) ABSENT(release_pinned) ABSENT(copy_in) ABSENT(copy_out) ABSENT(stream_create)
          ABSENT(stream_destroy) ABSENT(stream_synchronize) ABSENT(stream_after) ABSENT(stream_tf32) ABSENT(capture_begin)
          ABSENT(capture_end) ABSENT(graph_launch) ABSENT(graph_destroy) ABSENT(profile) ABSENT(blas_bind)
#define KERNEL(name, params, args) ABSENT(name)
#include "kernels.def"
#undef KERNEL
#undef ABSENT
  };
}

} // namespace cuda
} // namespace ds

#endif
