/*
 * Opens back-end libraries at run time. Header-only and all of it static, so that the JNI glue (and the tests) link to no back end.
 * JavaCPP parses this file and dimsieve_kernels.h, which the build makes from kernels.def: one call per kernel with the back end in front.
 */
#ifndef DIMSIEVE_LOADER_H
#define DIMSIEVE_LOADER_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dimsieve.h"

/* Opens a back-end library; null with the reason in text[n]. Libraries stay open until the process ends. */
static inline ds_handle ds_open(const char *path, const char *isa, char *text, size_t n) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(text, n, "%s", dlerror());
    return NULL;
  }
  ds_backend_get_function get = (ds_backend_get_function)dlsym(library, DS_ENTRY);
  if (!get) {
    snprintf(text, n, "%s does not export %s", path, DS_ENTRY);
    return NULL;
  }
  const ds_backend *backend = get(DS_ABI, isa);
  if (!backend) {
    snprintf(text, n, isa ? "instruction set '%s' is unknown, or not available on this machine" : "%s: no variant runs here, or its ABI is not %08x",
             isa ? isa : path, DS_ABI);
    return NULL;
  }
  if (backend->abi != DS_ABI || backend->size != sizeof(ds_backend)) {
    snprintf(text, n, "%s has ABI %08x with a table of %u bytes, this build needs ABI %08x with %u", path, backend->abi, (unsigned)backend->size, DS_ABI,
             (unsigned)sizeof(ds_backend));
    return NULL;
  }
  return backend;
}

/*
 * Maps a whole file to memory that all processes which do so share, for reading: out[0] the first byte, at a page, out[1] the bytes. DS_INVALID with the reason
 * in text[n].
 */
static inline int ds_map(ds_u8_in path, ds_i64 out, ds_address text, size_t n) {
  const int file = open((const char *)path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  void *address = MAP_FAILED;
  if (file >= 0 && fstat(file, &about) == 0 && about.st_size > 0) address = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED, file, 0);
  if (address == MAP_FAILED) {
    snprintf((char *)text, n, "%s", file < 0 || about.st_size > 0 ? strerror(errno) : "it is empty");
  } else {
    out[0] = (int64_t)address;
    out[1] = (int64_t)about.st_size;
  }
  if (file >= 0) close(file);
  return address == MAP_FAILED ? DS_INVALID : DS_OK;
}

static inline int ds_unmap(ds_address address, int64_t bytes) { return munmap(address, (size_t)bytes) == 0 ? DS_OK : DS_INVALID; }

static inline int ds_probe(ds_handle b, char *text, size_t n) { return ((const ds_backend *)b)->probe(text, n); }
static inline int ds_allocate(ds_handle b, int64_t bytes, ds_i64 out) { return ((const ds_backend *)b)->allocate(bytes, (ds_address *)out); }
static inline int ds_release(ds_handle b, ds_address address, int64_t bytes) { return ((const ds_backend *)b)->release(address, bytes); }
static inline int ds_allocate_pinned(ds_handle b, int64_t bytes, ds_i64 out) {
  return ((const ds_backend *)b)->allocate_pinned(bytes, (ds_address *)out);
}
static inline int ds_release_pinned(ds_handle b, ds_address address, int64_t bytes) { return ((const ds_backend *)b)->release_pinned(address, bytes); }
static inline int ds_copy_in(ds_handle b, ds_stream s, ds_address device, ds_address_in host, int64_t bytes) {
  return ((const ds_backend *)b)->copy_in(s, device, host, bytes);
}
static inline int ds_copy_out(ds_handle b, ds_stream s, ds_address host, ds_address_in device, int64_t bytes) {
  return ((const ds_backend *)b)->copy_out(s, host, device, bytes);
}
static inline int ds_stream_create(ds_handle b, int32_t threads, ds_i64 out) {
  return ((const ds_backend *)b)->stream_create(threads, (ds_stream *)out);
}
static inline int ds_stream_destroy(ds_handle b, ds_stream s) { return ((const ds_backend *)b)->stream_destroy(s); }
static inline int ds_stream_synchronize(ds_handle b, ds_stream s) { return ((const ds_backend *)b)->stream_synchronize(s); }
static inline int ds_stream_after(ds_handle b, ds_stream s, ds_stream other) { return ((const ds_backend *)b)->stream_after(s, other); }
static inline int ds_stream_tf32(ds_handle b, ds_stream s, int32_t allowed) { return ((const ds_backend *)b)->stream_tf32(s, allowed); }
static inline int ds_capture_begin(ds_handle b, ds_stream s) { return ((const ds_backend *)b)->capture_begin(s); }
static inline int ds_capture_end(ds_handle b, ds_stream s, ds_i64 out) { return ((const ds_backend *)b)->capture_end(s, (ds_graph *)out); }
static inline int ds_graph_launch(ds_handle b, ds_stream s, ds_address graph) { return ((const ds_backend *)b)->graph_launch(s, graph); }
static inline int ds_graph_destroy(ds_handle b, ds_address graph) { return ((const ds_backend *)b)->graph_destroy(graph); }
static inline int ds_profile(ds_handle b, ds_stream s, ds_f64 totals, ds_i64 events, int64_t capacity) {
  return ((const ds_backend *)b)->profile(s, totals, events, capacity);
}
static inline int ds_blas_bind(ds_handle b, const char *path, char *text, size_t n) { return ((const ds_backend *)b)->blas_bind(path, text, n); }

#endif
