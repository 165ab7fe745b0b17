/* The calling thread works too; helpers spin for a moment after their last chunk, then sleep. */
#include "record.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

namespace {

constexpr int SPINS = 4000; // pauses before a helper sleeps: longer than the gap between two kernels of a step

/*
 * A ticket has a call's number in the upper half and the next chunk to claim in the lower; between calls the lower half is beyond any chunk. A helper
 * that comes late, with the ticket of a call that is over, can claim nothing.
 */
constexpr uint64_t CALL = uint64_t(1) << 32;

struct Pool : ds::Stream {
  std::mutex run_lock; // one call at a time
  std::mutex sleep_lock;
  std::condition_variable wake;
  std::atomic<uint64_t> ticket{CALL - 1};
  std::atomic<int> sleeping{0};
  std::atomic<int64_t> done{0}; // chunks finished in the current call
  std::atomic<bool> stop{false};
  /* Of the current call: written before its first ticket, and stable while one of its chunks is claimed and not done. */
  std::atomic<int64_t> chunks{0};
  std::atomic<ds_task> task{nullptr};
  std::atomic<void *> context{nullptr};
  std::vector<std::thread> helpers;

  /* Claims and runs chunks of the call that ticket t belongs to, until none is left. */
  void drain(uint64_t t) {
    const uint64_t call = t / CALL;
    while (t / CALL == call && (int64_t)(t % CALL) < chunks.load(std::memory_order_acquire)) {
      if (!ticket.compare_exchange_weak(t, t + 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
      task.load(std::memory_order_relaxed)(context.load(std::memory_order_relaxed), (int64_t)(t % CALL));
      done.fetch_add(1, std::memory_order_release);
      t = ticket.load(std::memory_order_acquire);
    }
  }

  bool idle(uint64_t call) const { return ticket.load(std::memory_order_seq_cst) / CALL == call && !stop.load(std::memory_order_relaxed); }

  void help() {
    uint64_t seen = 0;
    while (!stop.load(std::memory_order_acquire)) {
      for (int spin = 0; idle(seen) && spin < SPINS; spin++) __builtin_ia32_pause();
      if (idle(seen)) {
        std::unique_lock<std::mutex> lock(sleep_lock);
        sleeping.fetch_add(1);
        wake.wait(lock, [&] { return !idle(seen); });
        sleeping.fetch_sub(1);
      }
      const uint64_t t = ticket.load(std::memory_order_acquire);
      seen = t / CALL;
      drain(t);
    }
  }

  void wake_sleepers() {
    if (sleeping.load(std::memory_order_seq_cst) > 0) {
      std::lock_guard<std::mutex> lock(sleep_lock);
      wake.notify_all();
    }
  }
};

Pool *pool_of(ds_stream stream) { return static_cast<Pool *>(static_cast<ds::Stream *>(stream)); }

} // namespace

extern "C" int ds_pool_create(int32_t threads, ds_stream *out) {
  if (!out || threads < 1 || threads > 1024) return DS_INVALID;
  Pool *pool = new (std::nothrow) Pool;
  if (!pool) return DS_NO_MEMORY;
  try {
    for (int i = 1; i < threads; i++) pool->helpers.emplace_back([pool] { pool->help(); });
  } catch (...) {
    ds_pool_destroy(static_cast<ds::Stream *>(pool));
    return DS_NO_MEMORY;
  }
  *out = static_cast<ds::Stream *>(pool);
  return DS_OK;
}

extern "C" int ds_pool_destroy(ds_stream stream) {
  Pool *pool = pool_of(stream);
  if (!pool) return DS_INVALID;
  {
    std::lock_guard<std::mutex> lock(pool->sleep_lock);
    pool->stop = true;
    pool->wake.notify_all();
  }
  for (std::thread &helper : pool->helpers) helper.join();
  if (pool->recording) ds::graph_destroy(pool->recording);
  delete pool;
  return DS_OK;
}

extern "C" void ds_pool_run(ds_stream stream, int64_t chunks, ds_task task, void *context) {
  Pool *pool = pool_of(stream);
  if (!pool || chunks <= 1 || pool->helpers.empty()) {
    for (int64_t chunk = 0; chunk < chunks; chunk++) task(context, chunk);
    return;
  }
  std::lock_guard<std::mutex> lock(pool->run_lock);
  const uint64_t first = (pool->ticket.load(std::memory_order_relaxed) / CALL + 1) * CALL;
  pool->chunks.store(chunks, std::memory_order_relaxed);
  pool->done.store(0, std::memory_order_relaxed);
  pool->task.store(task, std::memory_order_relaxed);
  pool->context.store(context, std::memory_order_relaxed);
  pool->ticket.store(first, std::memory_order_seq_cst);
  pool->wake_sleepers();
  pool->drain(first);
  while (pool->done.load(std::memory_order_acquire) < chunks) __builtin_ia32_pause();
  pool->ticket.store(first + CALL - 1, std::memory_order_relaxed);
}
