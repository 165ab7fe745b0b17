/* A BLAS of a machine, opened at run time; read by both back ends. */
#ifndef DIMSIEVE_SHARED_LIBRARY_H
#define DIMSIEVE_SHARED_LIBRARY_H

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

namespace ds {

/* The library, or null, and the reason in text[n]. */
static inline void *open_library(const char *path, char *text, size_t n) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) snprintf(text, n, "%s", dlerror());
  return library;
}

template <class Function>
static inline bool find(void *library, const char *name, Function &function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

} // namespace ds

#endif
