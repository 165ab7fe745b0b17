/* The CUDA back end of a build without CUDA: it loads, and every entry answers that there is no device. */
#include <stdio.h>

#include "dimsieve.h"

namespace {

int probe(char *text, size_t n) {
  if (text) snprintf(text, n, "this build of Dimsieve has no CUDA kernels");
  return DS_NO_DEVICE;
}
int allocate(int64_t, ds_address *) { return DS_NO_DEVICE; }
int release(ds_address, int64_t) { return DS_NO_DEVICE; }
int copy_in(ds_stream, ds_address, ds_address_in, int64_t) { return DS_NO_DEVICE; }
int copy_out(ds_stream, ds_address, ds_address_in, int64_t) { return DS_NO_DEVICE; }
int stream_create(int32_t, ds_stream *) { return DS_NO_DEVICE; }
int stream_destroy(ds_stream) { return DS_NO_DEVICE; }
int blas_bind(const char *, char *, size_t) { return DS_NO_DEVICE; }

/* One function of any kernel's type. */
template <class Function>
struct Absent;
template <class... Arguments>
struct Absent<int (*)(Arguments...)> {
  static int call(Arguments...) { return DS_NO_DEVICE; }
};

const ds_backend table = {
    DS_ABI, sizeof(ds_backend), probe, allocate, release, copy_in, copy_out, stream_create, stream_destroy, stream_destroy, blas_bind,
#define KERNEL(name, params, args) Absent<decltype(ds_backend::name)>::call,
#include "kernels.def"
#undef KERNEL
};

} // namespace

extern "C" __attribute__((visibility("default"))) const ds_backend *dimsieve_backend_get(uint32_t abi, const char *) {
  return abi == DS_ABI ? &table : nullptr;
}
