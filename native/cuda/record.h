/* The kernels of this back end behind what names, times and records them. */
#ifndef DIMSIEVE_CUDA_RECORD_H
#define DIMSIEVE_CUDA_RECORD_H

#include "launch.h"

namespace ds {
namespace cuda {

/* Kernels only: the other members are filled in by backend.cu. */
extern const ds_backend kernels;

int profile(ds_stream stream, ds_f64 totals, ds_i64 events, int64_t capacity);
int capture_begin(ds_stream stream);
int capture_end(ds_stream stream, ds_graph *out);
int graph_launch(ds_stream stream, ds_graph graph);
int graph_destroy(ds_graph graph);

} // namespace cuda
} // namespace ds

#endif
