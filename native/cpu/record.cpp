#include "record.h"

#include "table.h"

namespace ds {
namespace {

/* How work.h reads a number; a call of no rows may leave out arrays. */
template <class T>
T at(const T *p, int64_t i) {
  return p ? p[i] : T{};
}

} // namespace
} // namespace ds

#include "work.h"

namespace ds {

#define DS_ISA baseline
#include "recorded_table.h"
#undef DS_ISA
#define DS_ISA avx2
#include "recorded_table.h"
#undef DS_ISA
#define DS_ISA avx512
#include "recorded_table.h"
#undef DS_ISA

int capture_begin(ds_stream stream) {
  if (!stream || static_cast<Stream *>(stream)->recording) return DS_INVALID;
  Recording *made = new (std::nothrow) Recording;
  if (!made) return DS_NO_MEMORY;
  static_cast<Stream *>(stream)->recording = made;
  return DS_OK;
}

int capture_end(ds_stream stream, ds_graph *out) {
  if (!stream || !out || !static_cast<Stream *>(stream)->recording) return DS_INVALID;
  *out = static_cast<Stream *>(stream)->recording;
  static_cast<Stream *>(stream)->recording = nullptr;
  return DS_OK;
}

int graph_launch(ds_stream stream, ds_graph graph) {
  if (!stream || !graph || static_cast<Stream *>(stream)->recording) return DS_INVALID;
  for (const std::function<int()> &call : static_cast<Recording *>(graph)->calls) {
    const int status = call();
    if (status != DS_OK) return status;
  }
  return DS_OK;
}

int graph_destroy(ds_graph graph) {
  if (!graph) return DS_INVALID;
  delete static_cast<Recording *>(graph);
  return DS_OK;
}

} // namespace ds
