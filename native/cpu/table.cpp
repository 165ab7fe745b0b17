/* The kernels of one instruction set as a table; compiled once per set. The other members are filled in by backend.cpp. */
#include "dimsieve.h"

namespace ds {
namespace DS_ISA {

#define KERNEL(name, params, args) int name params;
#include "kernels.def"
#undef KERNEL

extern const ds_backend kernels;
const ds_backend kernels = {
    DS_ABI,  sizeof(ds_backend), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
#define KERNEL(name, params, args) name,
#include "kernels.def"
#undef KERNEL
};

} // namespace DS_ISA
} // namespace ds
