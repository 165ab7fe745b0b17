/* Memory for the length of a kernel call. */
#ifndef DIMSIEVE_SCRATCH_H
#define DIMSIEVE_SCRATCH_H

#include <stdint.h>

extern "C" {
/* Room for some floats at a multiple of 64 bytes, the calling thread's until it asks again or ends; null when there is no memory. What it holds is arbitrary. */
float *ds_scratch(int64_t floats);
}

#endif
