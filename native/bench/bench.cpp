#include "bench.h"

#include <cstdio>
#include <cstdlib>
#include <random>

namespace bench {

const ds_backend *backend;
ds_stream stream = nullptr;

void check(int status, const char *what) {
  if (status == DS_OK) return;
  if (status == DS_NO_BLAS) throw Lacks{"no BLAS is bound"};
  if (status == DS_NO_MEMORY) throw Lacks{"not enough memory"};
  std::fprintf(stderr, "dimsieve_bench: %s: status %d\n", what, status);
  std::exit(1);
}

std::vector<Case> &cases() {
  static std::vector<Case> all;
  return all;
}

void add(const char *kernel, const std::string &what, std::function<void()> call, std::function<void()> before) {
  cases().push_back({kernel, *kernel ? std::string(kernel) + ", " + what : what, std::move(call), std::move(before)});
}

static std::vector<std::pair<ds_address, int64_t>> &arrays() {
  static std::vector<std::pair<ds_address, int64_t>> all;
  return all;
}

void *allocate(int64_t bytes) {
  ds_address p = nullptr;
  CALL(allocate, bytes, &p);
  arrays().push_back({p, bytes});
  return p;
}

void close() {
  for (const auto &array : arrays()) CALL(release, array.first, array.second);
  if (stream) CALL(stream_destroy, stream);
}

void fill(void *device, const void *host, int64_t bytes) { CALL(copy_in, stream, device, host, bytes); }

double uniform() {
  static std::mt19937_64 generator(1);
  return (double)(generator() >> 11) * 0x1p-53;
}

float *noise(int64_t n, float scale) {
  return table<float>(n, [=](int64_t) { return scale * (float)(2 * uniform() - 1); });
}

} // namespace bench
