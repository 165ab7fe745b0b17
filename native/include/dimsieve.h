/*
 * Dimsieve's native interface: plain C, one table of functions per back end, the same table for CPU and CUDA.
 *
 * Every pointer in a call belongs to the caller and, but for host strings, points into memory of the back end's device. A kernel allocates
 * nothing, prints nothing, never aborts; it returns a status. Sizes are 64-bit. f32 arrays are row-major and dense unless a stride is given.
 * The order of summation is fixed: the result does not depend on the number of threads, nor on the instruction set.
 */
#ifndef DIMSIEVE_H
#define DIMSIEVE_H

#include <stddef.h>
#include <stdint.h>

#include "dimsieve_abi.h"

/* Status codes. */
#define DS_OK 0
#define DS_INVALID 1      /* null pointer, negative or inconsistent size, unknown enumerator */
#define DS_NO_MEMORY 2    /* the device has none left */
#define DS_NO_DEVICE 3    /* the back end cannot run here */
#define DS_OUT_OF_RANGE 4 /* an id is not a row of its table; everything else in the call was done */
#define DS_NO_BLAS 5      /* matmul called before a BLAS was bound */

/* Update rules of the optimizer kernels; hyper[8] is laid out as native/cpu/update.h says. */
#define DS_SGD 0
#define DS_ADAGRAD 1
#define DS_ADAM 2

/* Batch positions (after grouping by id) handled by one unit of work in the embedding backward; sizes its workspace. */
#define DS_GROUP_CHUNK 1024
/* Rows summed by one unit of work in reductions over a batch or a table; sizes their workspaces. */
#define DS_ROW_CHUNK 1024
/* Classes of values handled by one unit of work in the twins of twin_mask; sizes their workspace. */
#define DS_CLASS_CHUNK 64
/* Most row ranges that the Gram of one field is cut into; sizes its workspace. */
#define DS_GRAM_PARTS 64

/* Orthogonal regularities; formulas in native/cpu/regularity.cpp. */
#define DS_SO 0
#define DS_SO_NORMALIZED 1
#define DS_COHERENCE 2
#define DS_SPECTRAL 3

/* Surrogate derivatives of the mask's step; formulas in native/cpu/mask.cpp. */
#define DS_Q_IDENTITY 0
#define DS_Q_CLIPPED 1
#define DS_Q_SOFTPLUS 2
#define DS_Q_LEAKY 3
#define DS_Q_SIGMOID 4
#define DS_Q_LONG_TAILED 5

/* Packed embedding tables: form and precision of each, and the numbers of a descriptor; layout in native/cpu/packed_gather.cpp. */
#define DS_DENSE 0
#define DS_BANDS 1
#define DS_SPARSE 2
#define DS_F32 0
#define DS_F16 1
#define DS_I8 2
#define DS_PACKED 8

/* What shares a threshold; native/cpu/granularity.h. */
#define DS_T_GLOBAL 0
#define DS_T_DIMENSION 1
#define DS_T_FEATURE 2
#define DS_T_FIELD 3
#define DS_T_FIELD_DIMENSION 4
#define DS_T_FEATURE_DIMENSION 5

/* What ceiling measures; native/cpu/ceiling.cpp. */
#define DS_CEILING_READ 0
#define DS_CEILING_COPY 1
#define DS_CEILING_TRIAD 2
#define DS_CEILING_ROWS 3
#define DS_CEILING_FMA 4
#define DS_CEILING_FORK 5
/* Floats, or rows of 16 floats, or multiply-adds, of one unit of work in ceiling. */
#define DS_CEILING_UNIT 16384
#define DS_CEILING_ROW_UNIT 1024
#define DS_CEILING_FMA_UNIT 196608

/* What profile keeps of each kernel: calls, seconds, bytes, flops. */
#define DS_TOTALS 4

typedef const uint8_t *ds_u8_in;
typedef const float *ds_f32_in;
typedef float *ds_f32;
typedef const double *ds_f64_in;
typedef double *ds_f64;
typedef const int32_t *ds_i32_in;
typedef int32_t *ds_i32;
typedef const int64_t *ds_i64_in;
typedef int64_t *ds_i64;
typedef void *ds_address;
typedef const void *ds_address_in;
/* An order of execution: on the CPU a pool of threads, on CUDA a stream. Calls on one stream run one after the other. */
typedef void *ds_stream;
/* Calls that were recorded on a stream, to be done again and again. */
typedef void *ds_graph;
/* A const ds_backend *, as a number on the Java side. */
typedef const void *ds_handle;

typedef struct ds_backend {
  uint32_t abi;
  uint32_t size; /* of this struct */
  /* Writes what the back end runs on, or why it cannot, to text[n]. */
  int (*probe)(char *text, size_t n);
  /* 64-byte aligned, zero-filled, in huge pages where the system has them. */
  int (*allocate)(int64_t bytes, ds_address *out);
  int (*release)(ds_address address, int64_t bytes);
  /* Host memory, aligned and filled as above. A copy_in from it may still be reading when it returns: what it reads must stay as it is until the copy is
     done. From all other host memory copy_in returns when it is done. */
  int (*allocate_pinned)(int64_t bytes, ds_address *out);
  int (*release_pinned)(ds_address address, int64_t bytes);
  int (*copy_in)(ds_stream stream, ds_address device, ds_address_in host, int64_t bytes);
  int (*copy_out)(ds_stream stream, ds_address host, ds_address_in device, int64_t bytes);
  int (*stream_create)(int32_t threads, ds_stream *out);
  int (*stream_destroy)(ds_stream stream);
  int (*stream_synchronize)(ds_stream stream);
  /* What the stream is asked for from now on begins after everything that the other one has been asked for so far. The host does not wait. */
  int (*stream_after)(ds_stream stream, ds_stream other);
  /* Whether matrix products on the stream may round their factors to TF32, 10 bits of fraction. DS_NO_BLAS where products are not cuBLAS's, DS_NO_DEVICE
     where the card has no TF32. */
  int (*stream_tf32)(ds_stream stream, int32_t allowed);
  /* From begin to end the stream records calls instead of doing them; null pointers, sizes and addresses are those of the recording ever after. Copies
     must stay on the device. Out of turn, all this is DS_INVALID and changes nothing: to begin twice, to end what was not begun, and to launch, to
     synchronize or to copy out while the stream records. */
  int (*capture_begin)(ds_stream stream);
  int (*capture_end)(ds_stream stream, ds_graph *out);
  int (*graph_launch)(ds_stream stream, ds_graph graph);
  int (*graph_destroy)(ds_graph graph);
  /* From now on every kernel call of the stream is timed, one by one: of kernel k of kernels.def totals[k * DS_TOTALS ..] grow by one call, its seconds, and the
     bytes and flops that cpu/work.h gives it; and while events has room for capacity more rows {k, begin, end}, in nanoseconds of the monotonic clock, one is
     appended: their number stands in events[0], the rows from events[1] on. Memory of the host, the caller's until profile is called again; null totals end it,
     null events keep none. On CUDA a timed call is waited for, and the stream refuses to record. */
  int (*profile)(ds_stream stream, ds_f64 totals, ds_i64 events, int64_t capacity);
  /* Binds matmul to the dnnl_sgemm or cblas_sgemm (CUDA: cuBLAS) of a shared library; a reason for failure is written to text[n]. */
  int (*blas_bind)(const char *path, char *text, size_t n);
#define KERNEL(name, params, args) int(*name) params;
#include "kernels.def"
#undef KERNEL
} ds_backend;

/* Exported by each back-end library; isa is null for the best one this CPU has, or "baseline", "avx2", "avx512". Null when it cannot. */
typedef const ds_backend *(*ds_backend_get_function)(uint32_t abi, const char *isa);
#define DS_ENTRY "dimsieve_backend_get"

#endif
