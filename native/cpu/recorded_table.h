/* The table of the instruction set DS_ISA, for record.cpp, which includes this once for each: every kernel is done, timed where that is asked for, or recorded. */
namespace DS_ISA {

#define KERNEL(name, params, args) int name params;
#include "kernels.def"
#undef KERNEL

namespace recorded {
#define KERNEL(name, params, args) \
  static int name params { \
    return do_or_record(stream, [=] { \
      if (!stream) return DS_ISA::name args; \
      return measured(static_cast<Stream *>(stream)->profile, KERNEL_##name, [&] { return DS_ISA::name args; }, [&] { return work::name args; }); \
    }); \
  }
#include "kernels.def"
#undef KERNEL
} // namespace recorded

const ds_backend kernels = [] {
  ds_backend b{};
  b.abi = DS_ABI;
  b.size = sizeof b;
#define KERNEL(name, params, args) b.name = recorded::name;
#include "kernels.def"
#undef KERNEL
  return b;
}();

} // namespace DS_ISA
