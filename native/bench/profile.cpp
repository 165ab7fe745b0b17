#include "profile.h"

#include <cstdio>
#include <cstdlib>

namespace bench {

const std::vector<std::string> &kernels() {
  static const std::vector<std::string> names = {
#define KERNEL(name, params, args) #name,
#include "kernels.def"
#undef KERNEL
  };
  return names;
}

Work work_of(const Case &c) {
  std::vector<double> totals(kernels().size() * DS_TOTALS);
  const ds_stream before = stream;
  if (!stream) CALL(stream_create, 1, &stream); // what is not a stream has no profile
  if (c.before) c.before();
  CALL(profile, stream, totals.data(), nullptr, 0);
  c.call();
  CALL(stream_synchronize, stream);
  CALL(profile, stream, nullptr, nullptr, 0);
  if (!before) CALL(stream_destroy, stream);
  stream = before;

  Work work{0, 0};
  for (size_t k = 0; k < kernels().size(); k++) {
    const double *of = &totals[k * DS_TOTALS]; // calls, seconds, bytes, flops
    if (of[0] == 0 && kernels()[k] == c.kernel) {
      std::fprintf(stderr, "dimsieve_bench: '%s' does not call %s\n", c.name.c_str(), c.kernel.c_str());
      std::exit(1);
    }
    work.bytes += of[2];
    work.flops += of[3];
  }
  return work;
}

} // namespace bench
