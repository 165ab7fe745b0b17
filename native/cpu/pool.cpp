/* The calling thread works too; helpers spin for a moment after their last chunk, then sleep. */
#include "pool.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

namespace {

constexpr int SPINS = 4000; // pauses before a helper sleeps: longer than the gap between two kernels of a step

struct Pool {
  std::mutex run_lock; // one call at a time
  std::mutex sleep_lock;
  std::condition_variable wake;
  std::atomic<uint64_t> epoch{0}; // grows with every call
  std::atomic<int> sleeping{0};
  std::atomic<int> busy{0}; // helpers that have not left the current call
  std::atomic<int64_t> next{0};
  bool stop = false;
  int64_t chunks = 0;
  ds_task task = nullptr;
  void *context = nullptr;
  std::vector<std::thread> helpers;

  void drain() {
    for (int64_t chunk; (chunk = next.fetch_add(1, std::memory_order_relaxed)) < chunks;) task(context, chunk);
  }

  void help() {
    uint64_t seen = 0;
    for (;;) {
      for (int spin = 0; epoch.load(std::memory_order_acquire) == seen && spin < SPINS; spin++) __builtin_ia32_pause();
      if (epoch.load(std::memory_order_acquire) == seen) {
        std::unique_lock<std::mutex> lock(sleep_lock);
        sleeping.fetch_add(1);
        wake.wait(lock, [&] { return epoch.load(std::memory_order_acquire) != seen; });
        sleeping.fetch_sub(1);
      }
      seen = epoch.load(std::memory_order_acquire);
      if (stop) return;
      drain();
      busy.fetch_sub(1, std::memory_order_release);
    }
  }

  void announce() {
    epoch.fetch_add(1);
    if (sleeping.load() > 0) {
      std::lock_guard<std::mutex> lock(sleep_lock);
      wake.notify_all();
    }
  }
};

} // namespace

extern "C" int ds_pool_create(int32_t threads, ds_stream *out) {
  if (!out || threads < 1 || threads > 1024) return DS_INVALID;
  Pool *pool = new (std::nothrow) Pool;
  if (!pool) return DS_NO_MEMORY;
  try {
    for (int i = 1; i < threads; i++) pool->helpers.emplace_back([pool] { pool->help(); });
  } catch (...) {
    ds_pool_destroy(pool);
    return DS_NO_MEMORY;
  }
  *out = pool;
  return DS_OK;
}

extern "C" int ds_pool_destroy(ds_stream stream) {
  Pool *pool = static_cast<Pool *>(stream);
  if (!pool) return DS_INVALID;
  pool->stop = true;
  {
    std::lock_guard<std::mutex> lock(pool->sleep_lock);
    pool->epoch.fetch_add(1);
    pool->wake.notify_all();
  }
  for (std::thread &helper : pool->helpers) helper.join();
  delete pool;
  return DS_OK;
}

extern "C" void ds_pool_run(ds_stream stream, int64_t chunks, ds_task task, void *context) {
  Pool *pool = static_cast<Pool *>(stream);
  if (!pool || chunks <= 1 || pool->helpers.empty()) {
    for (int64_t chunk = 0; chunk < chunks; chunk++) task(context, chunk);
    return;
  }
  std::lock_guard<std::mutex> lock(pool->run_lock);
  pool->chunks = chunks;
  pool->task = task;
  pool->context = context;
  pool->next.store(0, std::memory_order_relaxed);
  pool->busy.store(static_cast<int>(pool->helpers.size()), std::memory_order_relaxed);
  pool->announce();
  pool->drain();
  while (pool->busy.load(std::memory_order_acquire) > 0) __builtin_ia32_pause();
}
