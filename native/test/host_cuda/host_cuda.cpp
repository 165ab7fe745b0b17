/* The fibers and the collectives. */
#include "host_cuda.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

/* host_cuda_switch(save, load): keeps the callee-saved registers on this stack, writes its top to *save, and goes on where the stack load was left. */
extern "C" void host_cuda_switch(void **save, void *load);
asm(R"(
.text
.globl host_cuda_switch
.hidden host_cuda_switch
.type host_cuda_switch, @function
host_cuda_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size host_cuda_switch, .-host_cuda_switch
)");

namespace host_cuda {

uint3 thread_index, block_index;
dim3 block_size, grid_size;

namespace {

/* AddressSanitizer is told of every change of stack. */
#if defined(__SANITIZE_ADDRESS__)
constexpr size_t STACK = size_t(256) << 10; // instrumented frames are larger
void leave(void **shadow, const void *stack, size_t size) { __sanitizer_start_switch_fiber(shadow, stack, size); }
void arrive(void *shadow, const void **stack, size_t *size) { __sanitizer_finish_switch_fiber(shadow, stack, size); }
#else
constexpr size_t STACK = size_t(64) << 10;
void leave(void **, const void *, size_t) {}
void arrive(void *, const void **, size_t *) {}
#endif

enum State { READY, AT_BARRIER, AT_MEETING, RETURNED };

struct Fiber {
  std::unique_ptr<unsigned char[]> stack;
  void *top = nullptr;
  void *shadow = nullptr; // AddressSanitizer's
  State state = RETURNED;
  uint3 index{};
  int warp = 0, lane = 0;
  Collective kind = SYNC_WARP;
  unsigned mask = 0;
  uint64_t brought = 0;
  uint64_t all[32]; // what the lanes of the mask brought
};

std::vector<Fiber> fibers;
int current;
int live;
void *scheduler;
void *scheduler_shadow;
const void *scheduler_stack;
size_t scheduler_size;
const std::function<void()> *body;
int64_t launches, threads;

[[noreturn]] void undefined(const char *what) {
  std::fprintf(stderr, "host_cuda: %s: block (%u, %u, %u), thread (%u, %u, %u)\n", what, block_index.x, block_index.y, block_index.z, thread_index.x,
               thread_index.y, thread_index.z);
  std::abort();
}

void to_scheduler() {
  Fiber &f = fibers[(size_t)current];
  leave(f.state == RETURNED ? nullptr : &f.shadow, scheduler_stack, scheduler_size);
  host_cuda_switch(&f.top, scheduler);
  arrive(f.shadow, &scheduler_stack, &scheduler_size);
  thread_index = f.index;
}

void enter() {
  arrive(nullptr, &scheduler_stack, &scheduler_size);
  (*body)();
  fibers[(size_t)current].state = RETURNED;
  to_scheduler();
  undefined("a returned thread was resumed");
}

void resume(int i) {
  Fiber &f = fibers[(size_t)i];
  current = i;
  thread_index = f.index;
  f.state = READY;
  leave(&scheduler_shadow, f.stack.get(), STACK);
  host_cuda_switch(&scheduler, f.top);
  arrive(scheduler_shadow, nullptr, nullptr);
}

void prepare(int i, dim3 block) {
  Fiber &f = fibers[(size_t)i];
  if (!f.stack) f.stack.reset(new unsigned char[STACK]);
  void **sp = reinterpret_cast<void **>(f.stack.get() + STACK) - 2; // aligned as at a function's entry: 16 n + 8 after the return address is gone
  *sp = reinterpret_cast<void *>(&enter);
  for (int r = 0; r < 6; r++) *--sp = nullptr;
  f.top = sp;
  f.state = READY;
  f.index = {(unsigned)i % block.x, (unsigned)i / block.x % block.y, (unsigned)i / block.x / block.y};
  f.warp = i / 32;
  f.lane = i % 32;
}

/* True when every lane that fiber i waits for has come to the same collective. */
bool complete(int i, int count) {
  const Fiber &f = fibers[(size_t)i];
  for (int lane = 0; lane < 32; lane++) {
    if (!(f.mask >> lane & 1)) continue;
    const int other = f.warp * 32 + lane;
    if (other >= count) undefined("a collective names a lane that the block does not have");
    const Fiber &o = fibers[(size_t)other];
    if (o.state == RETURNED) undefined("a collective names a lane that has returned");
    if (o.state != AT_MEETING) return false;
    if (o.kind != f.kind || o.mask != f.mask) undefined("lanes of one warp are in different collectives");
  }
  return true;
}

void release(unsigned mask, int warp) {
  uint64_t all[32] = {0};
  for (int lane = 0; lane < 32; lane++)
    if (mask >> lane & 1) all[lane] = fibers[(size_t)(warp * 32 + lane)].brought;
  for (int lane = 0; lane < 32; lane++) {
    if (!(mask >> lane & 1)) continue;
    Fiber &f = fibers[(size_t)(warp * 32 + lane)];
    std::memcpy(f.all, all, sizeof all);
    f.state = READY;
  }
}

void run_block(int count, const std::vector<int> &order) {
  live = count;
  while (live > 0) {
    bool moved = false;
    for (int i : order) {
      Fiber &f = fibers[(size_t)i];
      if (f.state == READY) {
        resume(i);
        moved = true;
        if (f.state == RETURNED) live--;
      } else if (f.state == AT_MEETING && complete(i, count)) {
        release(f.mask, f.warp);
        moved = true;
      }
    }
    if (moved) continue;
    for (int i = 0; i < count; i++) {
      Fiber &f = fibers[(size_t)i];
      thread_index = f.index;
      if (f.state == AT_MEETING) undefined("a collective waits for a lane that never comes");
      if (f.state == AT_BARRIER) f.state = READY;
    }
  }
}

std::vector<int> order_of(int count) {
  static const char *const setting = std::getenv("HOST_CUDA_ORDER");
  std::vector<int> order((size_t)count);
  for (int i = 0; i < count; i++) order[(size_t)i] = i;
  if (!setting || std::strcmp(setting, "forward") == 0) return order;
  if (std::strcmp(setting, "reverse") == 0) {
    std::reverse(order.begin(), order.end());
    return order;
  }
  static uint64_t state = std::strtoull(setting, nullptr, 10);
  for (int i = count - 1; i > 0; i--) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    std::swap(order[(size_t)i], order[(size_t)((state >> 33) % (uint64_t)(i + 1))]);
  }
  return order;
}

} // namespace

void barrier() {
  fibers[(size_t)current].state = AT_BARRIER;
  to_scheduler();
}

const uint64_t *meet(Collective kind, unsigned mask, uint64_t value) {
  Fiber &f = fibers[(size_t)current];
  if (!(mask >> f.lane & 1)) undefined("a lane calls a collective whose mask leaves it out");
  f.brought = value;
  f.kind = kind;
  f.mask = mask;
  f.state = AT_MEETING;
  to_scheduler();
  return fibers[(size_t)current].all;
}

void run(dim3 grid, dim3 block, const std::function<void()> &thread) {
  const int count = (int)(block.x * block.y * block.z);
  if (count < 1 || count > 1024 || grid.x < 1 || grid.y < 1 || grid.z < 1 || grid.y > 65535 || grid.z > 65535) undefined("a launch of impossible size");
  if (fibers.size() < (size_t)count) fibers.resize((size_t)count);
  launches++;
  threads += (int64_t)count * grid.x * grid.y * grid.z;
  grid_size = grid;
  block_size = block;
  body = &thread;
  const std::vector<int> order = order_of(count);
  for (unsigned z = 0; z < grid.z; z++)
    for (unsigned y = 0; y < grid.y; y++)
      for (unsigned x = 0; x < grid.x; x++) {
        block_index = {x, y, z};
        for (int i = 0; i < count; i++) prepare(i, block);
        run_block(count, order);
      }
}

void counts(int64_t *launches_out, int64_t *threads_out) {
  *launches_out = launches;
  *threads_out = threads;
}

} // namespace host_cuda

float __half2float(__half h) {
  const unsigned sign = (unsigned)(h.bits & 0x8000u) << 16, exponent = h.bits >> 10 & 31, fraction = h.bits & 0x3FFu;
  if (exponent == 0) return (sign ? -1.0f : 1.0f) * std::ldexp((float)fraction, -24);
  return __int_as_float((int)(sign | (exponent == 31 ? 255u : exponent + 112) << 23 | fraction << 13));
}
