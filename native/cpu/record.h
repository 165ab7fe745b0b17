/*
 * Calls recorded on a CPU stream: between capture_begin and capture_end the stream notes calls with their arguments instead of doing them, and a graph is
 * that list. One launch does them all: one call from Java for a whole request instead of one per operation.
 */
#ifndef DIMSIEVE_RECORD_H
#define DIMSIEVE_RECORD_H

#include <functional>
#include <new>
#include <vector>

#include "pool.h"

namespace ds {

/* What a ds_graph of the CPU is. */
struct Recording {
  std::vector<std::function<int()>> calls;
};

/* Does a call, or notes it where the stream records; a null stream never does. */
template <class Call>
static inline int do_or_record(ds_stream stream, Call call) {
  Recording *recording = stream ? static_cast<Stream *>(stream)->recording : nullptr;
  if (!recording) return call();
  try {
    recording->calls.emplace_back(call);
    return DS_OK;
  } catch (const std::bad_alloc &) {
    return DS_NO_MEMORY;
  }
}

int capture_begin(ds_stream stream);
int capture_end(ds_stream stream, ds_graph *out);
int graph_launch(ds_stream stream, ds_graph graph);
int graph_destroy(ds_graph graph);

} // namespace ds

#endif
