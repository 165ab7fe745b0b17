/* Every kernel within a range of its name, and timed where that is asked for; recordings of calls as CUDA graphs. */
#include "record.h"

#include "blas.h"
#include "ranges.h"

namespace ds {
namespace {

/* How work.h reads a number: from the device, which is waited for. A call of no rows may leave out arrays. */
template <class T>
T at(const T *p, int64_t i) {
  T value{};
  const cuda::Stream *own = p ? cuda::stream_of(nullptr) : nullptr;
  if (own && cudaMemcpyAsync(&value, p + i, sizeof value, cudaMemcpyDefault, own->stream) == cudaSuccess) cudaStreamSynchronize(own->stream);
  return value;
}

} // namespace
} // namespace ds

#include "cpu/work.h"

namespace ds {
namespace cuda {

#define KERNEL(name, params, args) int name params;
#include "kernels.def"
#undef KERNEL

namespace ranged {
#define KERNEL(name, params, args)                                                                                        \
  static int name params {                                                                                                \
    const Range range(#name);                                                                                             \
    Stream *s = static_cast<Stream *>(stream);                                                                            \
    if (!s || !s->profile.totals) return cuda::name args;                                                                 \
    const auto waited = [&](int status) { return status ? status : status_of(cudaStreamSynchronize(s->stream)); };        \
    return measured(s->profile, KERNEL_##name, [&] { return waited(cuda::name args); }, [&] { return work::name args; }); \
  }
#include "kernels.def"
#undef KERNEL
} // namespace ranged

const ds_backend kernels = [] {
  ds_backend b{};
  b.abi = DS_ABI;
  b.size = sizeof b;
#define KERNEL(name, params, args) b.name = ranged::name;
#include "kernels.def"
#undef KERNEL
  return b;
}();

int profile(ds_stream stream, ds_f64 totals, ds_i64 events, int64_t capacity) {
  Stream *s = static_cast<Stream *>(stream);
  if (!s || s->recording || capacity < 0) return DS_INVALID;
  const int status = status_of(cudaStreamSynchronize(s->stream)); // what came before is not the first call's
  s->profile = {totals, events, capacity};
  return status;
}

int capture_begin(ds_stream stream) {
  Stream *s = static_cast<Stream *>(stream);
  if (!s || s->recording || s->profile.totals) return DS_INVALID;
  if (const int status = blas_open(s)) return status; // it allocates
  const int status = status_of(cudaStreamBeginCapture(s->stream, cudaStreamCaptureModeThreadLocal));
  s->recording = status == DS_OK;
  return status;
}

int capture_end(ds_stream stream, ds_graph *out) {
  Stream *s = static_cast<Stream *>(stream);
  if (!s || !out || !s->recording) return DS_INVALID;
  s->recording = false;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t ready = nullptr;
  int status = status_of(cudaStreamEndCapture(s->stream, &graph));
  if (!status) status = status_of(cudaGraphInstantiate(&ready, graph, 0));
  if (graph) cudaGraphDestroy(graph);
  *out = ready;
  return status;
}

int graph_launch(ds_stream stream, ds_graph graph) {
  Stream *s = static_cast<Stream *>(stream);
  if (!s || !graph || s->recording) return DS_INVALID;
  return status_of(cudaGraphLaunch(static_cast<cudaGraphExec_t>(graph), s->stream));
}

int graph_destroy(ds_graph graph) { return graph ? status_of(cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(graph))) : DS_INVALID; }

} // namespace cuda
} // namespace ds
