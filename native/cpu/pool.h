/*
 * The one thread pool of the CPU back end; a ds_stream is a pool. Work is cut into chunks by the caller, from sizes alone; which thread runs which
 * chunk is left to chance, so a chunk must write only what is its own. That makes results independent of the number of threads.
 */
#ifndef DIMSIEVE_POOL_H
#define DIMSIEVE_POOL_H

#include "profile.h"

namespace ds {
struct Recording;

/* What a ds_stream of the CPU points to: the head of a pool. */
struct Stream {
  Recording *recording = nullptr; /* of capture_begin; record.h */
  Profile profile;                /* of profile; profile.h */
};
} // namespace ds

extern "C" {
typedef void (*ds_task)(void *context, int64_t chunk);
/* Runs task(context, 0 .. chunks - 1) and returns when all are done. A null stream runs them in the calling thread. */
void ds_pool_run(ds_stream pool, int64_t chunks, ds_task task, void *context);
int ds_pool_create(int32_t threads, ds_stream *out);
int ds_pool_destroy(ds_stream pool);
}

namespace ds {
/* ds_pool_run for a function object: body(chunk). */
template <class Body>
static inline void parallel(ds_stream pool, int64_t chunks, Body &&body) {
  using Plain = Body;
  ds_pool_run(pool, chunks, [](void *context, int64_t chunk) { (*static_cast<Plain *>(context))(chunk); }, &body);
}
} // namespace ds

#endif
