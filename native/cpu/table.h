/* The kernels of each instruction set, behind what records them (record.h); the members that are no kernels are filled in by backend.cpp. */
#ifndef DIMSIEVE_TABLE_H
#define DIMSIEVE_TABLE_H

#include "dimsieve.h"

namespace ds {
namespace baseline {
extern const ds_backend kernels;
}
namespace avx2 {
extern const ds_backend kernels;
}
namespace avx512 {
extern const ds_backend kernels;
}
} // namespace ds

#endif
