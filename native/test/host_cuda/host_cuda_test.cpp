/*
 * host_cuda_test <emulated cuda library> <stand-in cuBLAS>
 * The emulation against what CUDA's documents say: collectives, barriers, atomics, half floats, streams and events, and the end of the process where CUDA
 * leaves a use undefined. Then what the library makes of it: ranges, copies on a second stream, and matmul by way of a cuBLAS that stands in for the real
 * one. HOST_CUDA_ORDER is obeyed, as everywhere.
 */
#include "host_cuda.h"

#include <dlfcn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "dimsieve_loader.h"

namespace {

#define REQUIRE(condition)                                                    \
  if (!(condition)) {                                                         \
    std::printf("FAILED at %s:%d: %s\n", __FILE__, __LINE__, #condition);     \
    std::exit(1);                                                             \
  }

constexpr unsigned ALL = 0xFFFFFFFFu;

int number() { return (int)(threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)); }

enum Kind { INDEX, XOR, UP, DOWN };

/* The lane that a shuffle reads, after the pseudo code of shfl.sync in the PTX manual. */
int source_of(Kind kind, int lane, int b, int width) {
  const int clamp = kind == UP ? 0 : 31, segment = 32 - width, first = lane & segment, limit = first | (clamp & ~segment & 31);
  b &= 31;
  const int j = kind == INDEX ? (first | (b & ~segment)) : kind == XOR ? (lane ^ b) : kind == UP ? lane - b : lane + b;
  return (kind == UP ? j >= limit : j <= limit) ? j : lane;
}

template <class T>
T shuffled(Kind kind, unsigned mask, T value, int b, int width) {
  switch (kind) {
    case INDEX: return __shfl_sync(mask, value, b, width);
    case XOR: return __shfl_xor_sync(mask, value, b, width);
    case UP: return __shfl_up_sync(mask, value, (unsigned)b, width);
    default: return __shfl_down_sync(mask, value, (unsigned)b, width);
  }
}

template <class T>
void check_shuffles() {
  for (dim3 block : {dim3(32), dim3(96), dim3(8, 4, 3)})
    host_cuda::run(2, block, [&] {
      const int self = number(), lane = self % 32;
      for (Kind kind : {INDEX, XOR, UP, DOWN})
        for (int width = 1; width <= 32; width *= 2)
          for (int b = 0; b < 32; b++) {
            const T got = shuffled(kind, ALL, (T)(1000 + self), b, width);
            REQUIRE(got == (T)(1000 + self - lane + source_of(kind, lane, b, width)));
          }
    });
}

/* Groups of lanes that each meet on their own, in one warp. */
void check_sub_masks() {
  const std::vector<std::vector<unsigned>> partitions = {
      {0x0000FFFFu, 0xFFFF0000u}, {0x55555555u, 0xAAAAAAAAu}, {1u, 0xFFFFFFFEu}, {0x80000001u, 0x7FFF0000u, 0xFFFEu}};
  for (const std::vector<unsigned> &masks : partitions)
    host_cuda::run(1, 64, [&] {
      const int self = number(), lane = self % 32;
      unsigned mask = 0;
      for (unsigned m : masks)
        if (m >> lane & 1) mask = m;
      for (int round = 0; round < 5; round++) { // lanes of different masks may be rounds apart
        unsigned odd = 0, same = 0;
        for (int i = 0; i < 32; i++) {
          odd |= (unsigned)((i * (round + 3) / 2) & 1) << i;
          same |= (unsigned)(i % (round + 2) == lane % (round + 2)) << i;
        }
        REQUIRE(__ballot_sync(mask, (int)(odd >> lane & 1) * 7) == (odd & mask));
        REQUIRE(__any_sync(mask, (int)(odd >> lane & 1)) == ((odd & mask) != 0));
        REQUIRE(__all_sync(mask, (int)(odd >> lane & 1)) == ((odd & mask) == mask));
        REQUIRE(__match_any_sync(mask, lane % (round + 2)) == (same & mask));
        REQUIRE(__match_any_sync(mask, (long long)(lane % (round + 2)) << 40) == (same & mask));
        const int lowest = __ffs((int)mask) - 1;
        REQUIRE(__shfl_sync(mask, self * 10, lowest) == (self - lane + lowest) * 10);
        __syncwarp(mask);
      }
    });
}

/* What one lane of a warp writes another may read after __syncwarp. */
void check_warp_order() {
  host_cuda::run(3, 128, [] {
    __shared__ int values[128];
    const int self = number();
    for (int round = 0; round < 4; round++) {
      values[self] = self + round;
      __syncwarp();
      REQUIRE(values[self ^ 31] == (self ^ 31) + round);
      __syncwarp();
    }
  });
}

void check_barriers() {
  for (unsigned threads : {1u, 31u, 33u, 256u, 1000u, 1024u})
    host_cuda::run(2, threads, [&] {
      __shared__ int values[1024];
      const int self = number(), count = (int)threads;
      for (int round = 0; round < 3; round++) {
        values[self] = self * 3 + round;
        __syncthreads();
        const int other = (self + 17) % count;
        REQUIRE(values[other] == other * 3 + round);
        __syncthreads();
      }
    });
  // threads that have returned are not waited for
  host_cuda::run(2, 100, [] {
    __shared__ int values[100];
    const int self = number();
    if (self % 3 == 2) return;
    values[self] = self;
    __syncthreads();
    if (self % 3 == 1) return;
    REQUIRE(self == 99 || values[self + 1] == self + 1);
    __syncthreads();
    values[self] = -1;
  });
  // one warp meets while the others wait at the barrier
  host_cuda::run(1, 96, [] {
    const int self = number();
    int sum = 1;
    if (self / 32 == 1)
      for (int other = 16; other > 0; other /= 2) sum += __shfl_xor_sync(ALL, sum, other);
    __syncthreads();
    REQUIRE(sum == (self / 32 == 1 ? 32 : 1));
  });
}

void check_partial_blocks() {
  host_cuda::run(2, 40, [] {
    const int self = number();
    const unsigned mask = self < 32 ? ALL : 0xFFu;
    int sum = self;
    for (int other = 4; other > 0; other /= 2) sum += __shfl_xor_sync(mask, sum, other, 8);
    REQUIRE(sum == 8 * (self / 8 * 8) + 28);
    REQUIRE(__ballot_sync(mask, 1) == mask);
  });
}

void check_index() {
  std::set<std::vector<unsigned>> seen;
  host_cuda::run(dim3(2, 3, 2), dim3(2, 2, 3), [&] {
    REQUIRE(blockDim.x == 2 && blockDim.y == 2 && blockDim.z == 3 && gridDim.x == 2 && gridDim.y == 3 && gridDim.z == 2);
    const unsigned before = threadIdx.z;
    __syncthreads();
    REQUIRE(threadIdx.z == before);
    seen.insert({blockIdx.x, blockIdx.y, blockIdx.z, threadIdx.x, threadIdx.y, threadIdx.z});
  });
  REQUIRE(seen.size() == 12 * 12);
}

void check_atomics() {
  int count = 0, largest = -5, smallest = 5, last = -1;
  unsigned bits = 0;
  unsigned long long wide = 0;
  float sum = 0;
  std::vector<int> tickets(640), won(7, -1);
  int free_slots[7] = {0};
  host_cuda::run(10, 64, [&] {
    const int self = (int)blockIdx.x * 64 + number();
    tickets[(size_t)atomicAdd(&count, 1)]++;
    atomicAdd(&wide, 1ull << 33);
    atomicAdd(&sum, 0.5f);
    atomicMax(&largest, self);
    atomicMin(&smallest, -self);
    atomicOr(&bits, 1u << self % 32);
    if (atomicCAS(&free_slots[self % 7], 0, 1) == 0) won[(size_t)(self % 7)] = self;
    REQUIRE(atomicExch(&last, self) != self);
    __threadfence();
  });
  REQUIRE(count == 640 && wide == 640ull << 33 && sum == 320 && largest == 639 && smallest == -639 && bits == ALL && last >= 0);
  for (int t : tickets) REQUIRE(t == 1);
  for (int i = 0; i < 7; i++) REQUIRE(won[(size_t)i] % 7 == i && free_slots[i] == 1);
}

void check_half() {
  for (int bits = 0; bits < 65536; bits++) {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double sign = bits >> 15 ? -1 : 1;
    double expected = exponent == 0 ? fraction * std::pow(2.0, -24) : (1 + fraction / 1024.0) * std::pow(2.0, exponent - 15);
    if (exponent == 31) expected = fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
    const float got = __half2float(__ushort_as_half((unsigned short)bits));
    REQUIRE(std::isnan(expected) ? std::isnan(got) : (double)got == sign * expected);
    REQUIRE(std::isnan(expected) || std::signbit(got) == (sign < 0));
  }
}

void check_bits() {
  REQUIRE(__popc(0xF0F0u) == 8 && __popcll(~0ull) == 64 && __clz(0) == 32 && __clz(1) == 31 && __clz(-1) == 0 && __ffs(0) == 0 && __ffs(8) == 4);
  REQUIRE(__float_as_int(1.0f) == 0x3F800000 && __int_as_float(0x40000000) == 2.0f && __umulhi(ALL, ALL) == ALL - 1);
}

/* Runs something in a child, which must abort and say so. */
void must_abort(const char *message, const std::function<void()> &what) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  std::fflush(stdout);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(ends[1], 2);
    what();
    _exit(0);
  }
  close(ends[1]);
  std::string said;
  char text[512];
  for (ssize_t n; (n = read(ends[0], text, sizeof text)) > 0;) said.append(text, (size_t)n);
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && said.find(message) != std::string::npos) return;
  std::printf("FAILED: expected an abort with \"%s\", status %d: %s\n", message, status, said.c_str());
  std::exit(1);
}

void must_abort(const char *message, dim3 block, const std::function<void()> &thread) {
  must_abort(message, [&] { host_cuda::run(1, block, thread); });
}

void check_undefined() {
  must_abort("a collective names a lane that has returned", 32, [] {
    if (number() == 7) return;
    __ballot_sync(ALL, 1);
  });
  must_abort("a collective names a lane that the block does not have", 40, [] { __shfl_xor_sync(ALL, 1, 1); });
  must_abort("a lane calls a collective whose mask leaves it out", 32, [] { __shfl_sync(0xFFFFu, 1, 0); });
  must_abort("a collective waits for a lane that never comes", 32, [] { // one lane is at the barrier
    if (number() == 3)
      __syncthreads();
    else
      __syncwarp();
  });
  must_abort("a collective waits for a lane that never comes", 64, [] { // the second warp is at the barrier, half of the first as well
    if (number() < 16) __ballot_sync(ALL, 1);
    __syncthreads();
  });
  must_abort("lanes of one warp are in different collectives", 32, [] { // different kinds
    if (number() < 5)
      __ballot_sync(ALL, 1);
    else
      __syncwarp();
  });
  must_abort("lanes of one warp are in different collectives", 32, [] { // masks that overlap
    __ballot_sync(number() < 16 ? ALL : 0xFFFF0001u, 1);
  });
  must_abort("a launch of impossible size", 1025, [] {});
  must_abort("a launch of impossible size", 0, [] {});
}

/* One int of each kind of memory, and two streams. */
struct Streams {
  cudaStream_t first = nullptr, second = nullptr;
  cudaEvent_t event = nullptr;
  int *device = nullptr, *other = nullptr, *pinned = nullptr;
  Streams() {
    REQUIRE(!cudaStreamCreateWithFlags(&first, cudaStreamNonBlocking) && !cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking));
    REQUIRE(!cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    for (int **p : {&device, &other}) REQUIRE(!cudaMalloc((void **)p, sizeof(int)));
    REQUIRE(!cudaHostAlloc((void **)&pinned, sizeof(int), cudaHostAllocDefault));
    *device = *other = *pinned = 0;
  }
  Streams(const Streams &) = delete;
  ~Streams() {
    cudaStreamDestroy(first);
    cudaStreamDestroy(second);
    cudaEventDestroy(event);
    cudaFree(device);
    cudaFree(other);
    cudaFreeHost(pinned);
  }
  void copy(int *to, const int *from, cudaStream_t stream) { REQUIRE(!cudaMemcpyAsync(to, from, sizeof(int), cudaMemcpyDefault, stream)); }
  void set(int value, cudaStream_t stream) {
    int *to = device;
    host_cuda::launch(stream, 1, 1, [=] { *to = value; });
  }
  /* What stream is asked for from now on comes after what the other holds. */
  void after(cudaStream_t stream, cudaStream_t before) { REQUIRE(!cudaEventRecord(event, before) && !cudaStreamWaitEvent(stream, event, 0)); }
};

void check_streams() {
  { // nothing is done before somebody waits, and then in order
    Streams s;
    s.set(1, s.first);
    s.copy(s.other, s.device, s.first);
    REQUIRE(*s.device == 0 && *s.other == 0);
    cudaStreamSynchronize(s.second);
    REQUIRE(*s.device == 0);
    cudaStreamSynchronize(s.first);
    REQUIRE(*s.device == 1 && *s.other == 1);
  }
  { // pinned memory is read when the copy is done, other memory when it is asked for
    Streams s;
    int pageable = 1;
    *s.pinned = 1;
    s.copy(s.device, s.pinned, s.first);
    s.copy(s.other, &pageable, s.first);
    pageable = *s.pinned = 2;
    cudaStreamSynchronize(s.first);
    REQUIRE(*s.device == 2 && *s.other == 1);
  }
  { // a wait reaches as far as the event stood when it was asked for
    Streams s;
    s.set(1, s.first);
    s.after(s.second, s.first);
    s.set(2, s.first);
    REQUIRE(!cudaEventRecord(s.event, s.first));
    s.copy(s.other, s.device, s.second);
    REQUIRE(*s.other == 0);
    cudaStreamSynchronize(s.second);
    REQUIRE(*s.device == 1 && *s.other == 1);
  }
  { // without a wait, neither stream is there in time: two copies from pinned memory come late, the next two early
    Streams s;
    int seen[4];
    for (int i = 0; i < 4; i++) {
      *s.pinned = i + 1;
      s.copy(s.device, s.pinned, s.second);
      seen[i] = *s.device;
    }
    REQUIRE(seen[0] == 0 && seen[1] == 0 && seen[2] == 3 && seen[3] == 4);
  }
  { // an early copy comes after what its stream waits for
    Streams s;
    s.copy(s.other, s.pinned, s.second);
    s.copy(s.other, s.pinned, s.second);
    s.set(5, s.first);
    s.after(s.second, s.first);
    s.set(6, s.first);
    *s.pinned = 7;
    s.copy(s.other, s.pinned, s.second);
    REQUIRE(*s.other == 7 && *s.device == 5);
  }
  { // freeing waits for everything
    Streams s;
    int *more = nullptr;
    REQUIRE(!cudaMalloc((void **)&more, sizeof(int)));
    s.set(1, s.second);
    cudaFree(more);
    REQUIRE(*s.device == 1);
  }
  const auto recording = [](const std::function<void(Streams &)> &call) {
    return [=] {
      Streams s;
      cudaStreamBeginCapture(s.first, cudaStreamCaptureModeThreadLocal);
      call(s);
    };
  };
  must_abort("a recorded copy leaves the device", recording([](Streams &s) { s.copy(s.device, s.pinned, s.first); }));
  must_abort("a stream is waited for while it records", recording([](Streams &s) { cudaStreamSynchronize(s.first); }));
  must_abort("events of a stream that records", recording([](Streams &s) { s.after(s.first, s.second); }));
  must_abort("memory is allocated while a stream records", recording([](Streams &s) { cudaMalloc((void **)&s.device, 4); }));
  must_abort("memory is freed while a stream records", recording([](Streams &s) { cudaFree(s.device); }));
  must_abort("memory is freed that was not allocated", [] { cudaFree(reinterpret_cast<void *>(64)); });
}

const ds_backend *opened(const char *library) {
  char text[512] = "";
  const ds_backend *t = static_cast<const ds_backend *>(ds_open(library, nullptr, text, sizeof text));
  if (!t) std::printf("%s\n", text);
  REQUIRE(t != nullptr);
  return t;
}

template <class... Arguments>
int call_with_nothing(int (*kernel)(Arguments...)) {
  return kernel(Arguments()...);
}

/* Every kernel names itself to profilers, also when it refuses its arguments. */
void check_ranges(const char *library) {
  const ds_backend *t = opened(library);
  const auto last = reinterpret_cast<const char *(*)(int *)>(dlsym(dlopen(library, RTLD_NOW), "host_cuda_last_range"));
  REQUIRE(last != nullptr);
  int open = 0;
#define KERNEL(name, params, args) \
  call_with_nothing(t->name);      \
  REQUIRE(std::strcmp(last(&open), #name) == 0 && open == 0);
#include "kernels.def"
#undef KERNEL
}

/* Batches through one buffer on the device, filled by a second stream while the first is behind: each is added to a sum exactly once. */
void check_second_stream(const char *library) {
  const ds_backend *t = opened(library);
  constexpr int BATCHES = 40, N = 5;
  ds_stream compute = nullptr, copies = nullptr;
  REQUIRE(t->stream_create(1, &compute) == DS_OK && t->stream_create(1, &copies) == DS_OK);
  ds_address staging = nullptr, batch = nullptr, sum = nullptr, host = nullptr;
  for (ds_address *p : {&staging, &batch, &sum}) REQUIRE(t->allocate(N * sizeof(float), p) == DS_OK);
  REQUIRE(t->allocate_pinned(BATCHES * N * sizeof(float), &host) == DS_OK);
  REQUIRE(t->allocate_pinned(-1, &host) == DS_INVALID && t->allocate_pinned(1, nullptr) == DS_INVALID);
  for (int b = 0; b < BATCHES; b++) {
    float *from = static_cast<float *>(host) + b * N;
    for (int i = 0; i < N; i++) from[i] = (float)(b * N + i);
    REQUIRE(t->copy_in(copies, staging, from, N * sizeof(float)) == DS_OK);
    REQUIRE(t->stream_after(compute, copies) == DS_OK);
    REQUIRE(t->copy_in(compute, batch, staging, N * sizeof(float)) == DS_OK);
    REQUIRE(t->stream_after(copies, compute) == DS_OK);
    REQUIRE(t->add(compute, static_cast<float *>(sum), static_cast<float *>(batch), static_cast<float *>(sum), N) == DS_OK);
  }
  float result[N];
  REQUIRE(t->copy_out(compute, result, sum, sizeof result) == DS_OK);
  for (int i = 0; i < N; i++) REQUIRE(result[i] == (float)(N * (BATCHES - 1) * BATCHES / 2 + BATCHES * i));
  REQUIRE(t->stream_destroy(copies) == DS_OK && t->stream_destroy(compute) == DS_OK);
  for (ds_address p : {staging, batch, sum}) REQUIRE(t->release(p, N * sizeof(float)) == DS_OK);
  REQUIRE(t->release_pinned(host, BATCHES * N * sizeof(float)) == DS_OK && t->release_pinned(nullptr, 0) == DS_OK);
}

/* Device memory of the emulation with values in (-1, 1); between the rows of a matrix lie floats that belong to nobody. */
std::vector<float> matrix(int64_t n, unsigned seed) {
  std::vector<float> x((size_t)n);
  for (float &v : x) {
    seed = seed * 1664525u + 1013904223u;
    v = (float)((int)(seed >> 8) - (1 << 23)) / (float)(1 << 23);
  }
  return x;
}

void check_cublas(const char *library, const char *cublas) {
  char text[512] = "";
  const ds_backend *t = opened(library);
  ds_stream stream = nullptr;
  REQUIRE(t->stream_create(1, &stream) == DS_OK);
  REQUIRE(t->stream_tf32(stream, 1) == DS_NO_BLAS && t->stream_tf32(stream, 0) == DS_OK);
  struct Case {
    int32_t transpose_a, transpose_b;
    int64_t m, n, k;
    float beta;
  };
  std::vector<Case> cases;
  for (int transposes = 0; transposes < 4; transposes++)
    for (float beta : {0.0f, 1.0f, -0.5f}) {
      for (int64_t k : {0, 1, 29}) cases.push_back({transposes / 2, transposes % 2, 5, 11, k, beta});
      cases.push_back({transposes / 2, transposes % 2, 1, 1, 3, beta});
    }
  const auto products = [&](ds_stream s) {
    std::vector<std::vector<float>> all;
    for (const Case &c : cases) {
      const int64_t a_stride = (c.transpose_a ? c.m : c.k) + 2, b_stride = (c.transpose_b ? c.k : c.n) + 3, c_stride = c.n + 1;
      const std::vector<float> a = matrix((c.transpose_a ? c.k : c.m) * a_stride, 1), b = matrix((c.transpose_b ? c.n : c.k) * b_stride, 2);
      all.push_back(matrix(c.m * c_stride, 3));
      float *out = all.back().data();
      REQUIRE(t->matmul(s, c.transpose_a, c.transpose_b, c.m, c.n, c.k, a.data(), a_stride, b.data(), b_stride, c.beta, out, c_stride) == DS_OK);
      REQUIRE(t->stream_synchronize(s) == DS_OK);
    }
    return all;
  };
  const std::vector<std::vector<float>> own = products(stream); // the tests of matmul.cu check these
  REQUIRE(t->blas_bind(library, text, sizeof text) == DS_NO_BLAS);
  REQUIRE(t->blas_bind(cublas, text, sizeof text) == DS_OK && std::strcmp(text, cublas) == 0);
  int (*const handles)() = reinterpret_cast<int (*)()>(dlsym(dlopen(cublas, RTLD_NOW), "stand_in_cublas_handles"));
  REQUIRE(handles != nullptr && handles() == 0);
  const std::vector<std::vector<float>> bound = products(stream);
  REQUIRE(handles() == 1);
  for (size_t i = 0; i < own.size(); i++)
    for (size_t j = 0; j < own[i].size(); j++) REQUIRE(std::fabs(own[i][j] - bound[i][j]) <= 5e-6f);
  REQUIRE(products(nullptr) == bound);
  REQUIRE(handles() == 2);
  // 1 + 2⁻¹¹ and 1 - 2⁻¹² become 1 + 2⁻¹⁰ and 1; a mode is of one stream
  float x = 1 + 0x1p-11f, y = 1 - 0x1p-12f, product = 0;
  const auto multiply = [&](ds_stream s) {
    REQUIRE(t->matmul(s, 0, 0, 1, 1, 1, &x, 1, &y, 1, 0, &product, 1) == DS_OK && t->stream_synchronize(s) == DS_OK);
    return product;
  };
  REQUIRE(t->stream_tf32(stream, 1) == DS_OK && multiply(stream) == 1 + 0x1p-10f && multiply(nullptr) == x * y);
  REQUIRE(t->stream_tf32(stream, 0) == DS_OK && multiply(stream) == x * y);
  // a stream may record its first product: the handle is there, with memory of its own
  ds_stream fresh = nullptr;
  ds_graph graph = nullptr;
  REQUIRE(t->stream_create(1, &fresh) == DS_OK && t->stream_tf32(fresh, 1) == DS_OK && t->capture_begin(fresh) == DS_OK);
  REQUIRE(t->matmul(fresh, 0, 0, 1, 1, 1, &x, 1, &y, 1, 0, &product, 1) == DS_OK && t->capture_end(fresh, &graph) == DS_OK);
  product = 0;
  REQUIRE(t->graph_launch(fresh, graph) == DS_OK && t->stream_synchronize(fresh) == DS_OK && product == 1 + 0x1p-10f);
  REQUIRE(t->graph_destroy(graph) == DS_OK && t->stream_destroy(fresh) == DS_OK && handles() == 2);
  REQUIRE(t->stream_destroy(stream) == DS_OK);
  REQUIRE(handles() == 1);
}

} // namespace

int main(int count, char **arguments) {
  if (count != 3) {
    std::printf("usage: host_cuda_test <emulated cuda library> <stand-in cuBLAS>\n");
    return 2;
  }
  check_shuffles<int>();
  check_shuffles<float>();
  check_shuffles<double>();
  check_shuffles<long long>();
  check_sub_masks();
  check_warp_order();
  check_barriers();
  check_partial_blocks();
  check_index();
  check_atomics();
  check_half();
  check_bits();
  check_undefined();
  check_streams();
  check_ranges(arguments[1]);
  check_second_stream(arguments[1]);
  check_cublas(arguments[1], arguments[2]);
  std::printf("host_cuda: passed\n");
  return 0;
}
