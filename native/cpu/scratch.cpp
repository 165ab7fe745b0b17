#include "scratch.h"

#include <stdlib.h>

namespace {

struct Scratch {
  float *memory = nullptr;
  int64_t floats = 0;
  ~Scratch() { free(memory); }
};

thread_local Scratch scratch;

} // namespace

extern "C" float *ds_scratch(int64_t floats) {
  if (floats <= scratch.floats) return scratch.memory;
  free(scratch.memory);
  void *memory = nullptr;
  if (floats > INT64_MAX / 8 || posix_memalign(&memory, 64, (size_t)floats * sizeof(float)) != 0) memory = nullptr;
  scratch.memory = static_cast<float *>(memory);
  scratch.floats = memory ? floats : 0;
  return scratch.memory;
}
