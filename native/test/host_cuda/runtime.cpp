/*
 * A runtime whose device is the host, with the worst schedule that CUDA allows, so that a forgotten wait gives wrong numbers. What a stream is asked for is
 * done when somebody waits for it: the host for the stream, another stream for an event behind it. So whoever does not wait finds nothing done. Copies from
 * pinned memory, two late and two early in an order that does not repeat, are the exception: an early one is done at once, with all that its stream must wait
 * for, but before anything else; so a copy that should have waited comes too soon.
 *
 * Other host memory is read when the copy is asked for. Whatever may not be done while a stream records ends the process. The name of the device tells how
 * often the host has waited for a stream.
 */
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "host_cuda.h"

namespace {

[[noreturn]] void undefined(const char *what) {
  std::fprintf(stderr, "host_cuda: %s\n", what);
  std::abort();
}

using Calls = std::vector<std::function<void()>>;

struct Stream final : host_cuda_stream {
  std::deque<std::function<void()>> waiting;
  int64_t asked = 0, done = 0;
  unsigned copies = 0; // from pinned memory
  std::unique_ptr<Calls> recorded;

  bool recording() const override { return recorded != nullptr; }
  void put(std::function<void()> call) override {
    if (recorded) {
      recorded->push_back(std::move(call));
      return;
    }
    waiting.push_back(std::move(call));
    asked++;
  }
  /* Does the first calls, as many as were asked for when `asked` was end. */
  void drain(int64_t end) {
    while (done < end) {
      const std::function<void()> call = std::move(waiting.front());
      waiting.pop_front();
      done++;
      call();
    }
  }
};

std::map<cudaStream_t, std::shared_ptr<Stream>> streams;
const std::shared_ptr<Stream> &stream_of(cudaStream_t stream) {
  const auto found = streams.find(stream);
  if (found == streams.end()) undefined("a stream that is none");
  return found->second;
}

void none_records(const char *what) {
  for (const auto &each : streams)
    if (each.second->recording()) undefined(what);
}

/* Pieces of memory by their end. */
using Kind = cudaMemoryType;
constexpr Kind PAGEABLE = cudaMemoryTypeUnregistered, PINNED = cudaMemoryTypeHost, DEVICE = cudaMemoryTypeDevice;
struct Piece {
  uintptr_t begin;
  Kind kind;
};
std::map<uintptr_t, Piece> pieces;

Kind kind_of(const void *p) {
  const uintptr_t at = reinterpret_cast<uintptr_t>(p);
  const auto piece = pieces.upper_bound(at);
  return piece != pieces.end() && piece->second.begin <= at ? piece->second.kind : PAGEABLE;
}

cudaError_t take(void **out, size_t bytes, Kind kind) {
  none_records("memory is allocated while a stream records");
  *out = bytes < (size_t(1) << 40) ? std::aligned_alloc(256, (bytes + 255) / 256 * 256 + 256) : nullptr;
  if (!*out) return cudaErrorMemoryAllocation;
  const uintptr_t begin = reinterpret_cast<uintptr_t>(*out);
  pieces[begin + (bytes ? bytes : 1)] = {begin, kind};
  return cudaSuccess;
}

/* Waits for the whole device first. */
cudaError_t give_back(void *p) {
  if (!p) return cudaSuccess;
  none_records("memory is freed while a stream records");
  for (const auto &each : streams) each.second->drain(each.second->asked);
  const auto piece = pieces.upper_bound(reinterpret_cast<uintptr_t>(p));
  if (piece == pieces.end() || piece->second.begin != reinterpret_cast<uintptr_t>(p)) undefined("memory is freed that was not allocated");
  pieces.erase(piece);
  std::free(p);
  return cudaSuccess;
}

const char *last_range = "";
int open_ranges;
int64_t waits; // of the host for a stream

} // namespace

struct host_cuda_event {
  std::shared_ptr<Stream> stream;
  int64_t position = 0;
};

/* What was asked of a stream while it recorded. */
struct host_cuda_graph {
  std::shared_ptr<const Calls> calls;
};

void host_cuda::launch(cudaStream_t stream, dim3 grid, dim3 block, std::function<void()> thread) {
  stream_of(stream)->put([=] { run(grid, block, thread); });
}

cudaError_t cudaGetDeviceCount(int *count) {
  *count = 1;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int *version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int *version) { return cudaDriverGetVersion(version); }
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *properties, int) {
  std::memset(properties, 0, sizeof *properties);
  std::snprintf(properties->name, sizeof properties->name, "CUDA emulated on the CPU (%lld waits)", (long long)waits);
  properties->major = 8;
  properties->multiProcessorCount = 1;
  return cudaSuccess;
}
const char *cudaGetErrorName(cudaError_t error) { return error == cudaSuccess ? "cudaSuccess" : "cudaErrorMemoryAllocation"; }
const char *cudaGetErrorString(cudaError_t error) { return error == cudaSuccess ? "no error" : "out of memory"; }
cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaMalloc(void **out, size_t bytes) { return take(out, bytes, DEVICE); }
cudaError_t cudaMallocManaged(void **out, size_t bytes, unsigned) { return take(out, bytes, DEVICE); }
cudaError_t cudaHostAlloc(void **out, size_t bytes, unsigned) { return take(out, bytes, PINNED); }
cudaError_t cudaFree(void *p) { return give_back(p); }
cudaError_t cudaFreeHost(void *p) { return give_back(p); }

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *attributes, const void *p) {
  attributes->type = kind_of(p);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  Stream &s = *stream_of(stream);
  const Kind source = kind_of(from);
  if (s.recording() && (source != DEVICE || kind_of(to) != DEVICE)) undefined("a recorded copy leaves the device");
  if (source == PAGEABLE) {
    const char *first = static_cast<const char *>(from);
    const auto staged = std::make_shared<const std::vector<char>>(first, first + bytes);
    s.put([=] { std::memcpy(to, staged->data(), bytes); });
    return cudaSuccess;
  }
  s.put([=] { std::memcpy(to, from, bytes); });
  if (source == PINNED && __builtin_parity(s.copies++ / 2)) s.drain(s.asked);
  return cudaSuccess;
}
/* On the default stream, which no other one here waits for. */
cudaError_t cudaMemset(void *to, int value, size_t bytes) {
  std::memset(to, value, bytes);
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void *to, int value, size_t bytes, cudaStream_t stream) {
  stream_of(stream)->put([=] { std::memset(to, value, bytes); });
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *out, unsigned) {
  const auto made = std::make_shared<Stream>();
  streams[made.get()] = made;
  *out = made.get();
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  Stream &s = *stream_of(stream);
  s.drain(s.asked);
  streams.erase(stream);
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (!stream) return cudaSuccess; // the default one has done everything at once
  Stream &s = *stream_of(stream);
  if (s.recording()) undefined("a stream is waited for while it records");
  waits++;
  s.drain(s.asked);
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *out, unsigned) {
  *out = new host_cuda_event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  event->stream = stream_of(stream);
  if (event->stream->recording()) undefined("events of a stream that records");
  event->position = event->stream->asked;
  return cudaSuccess;
}
/* For the record that the event has now, whatever becomes of the event. */
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  if (stream_of(stream)->recording()) undefined("events of a stream that records");
  const auto other = event->stream;
  const int64_t position = event->position;
  if (other) stream_of(stream)->put([=] { other->drain(position); });
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  stream_of(stream)->recorded.reset(new Calls);
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *out) {
  *out = new host_cuda_graph{std::shared_ptr<const Calls>(stream_of(stream)->recorded.release())};
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t *out, cudaGraph_t graph, unsigned long long) {
  *out = new host_cuda_graph(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  const auto calls = graph->calls;
  stream_of(stream)->put([=] {
    for (const auto &call : *calls) call();
  });
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) { return cudaGraphDestroy(graph); }

int nvtxRangePushA(const char *name) {
  last_range = name;
  return open_ranges++;
}
int nvtxRangePop() { return --open_ranges; }
extern "C" __attribute__((visibility("default"))) const char *host_cuda_last_range(int *open) {
  *open = open_ranges;
  return last_range;
}
