/* dimsieve_test <cpu library> <isa> <cuda library> [case name part] */
#include "check.h"

#include "dimsieve_loader.h"

namespace check {

const ds_backend *backend;
const ds_backend *baseline;
const ds_backend *absent;
static const char *running = "";

std::vector<Case> &cases() {
  static std::vector<Case> all;
  return all;
}

void fail(const char *file, int line, const std::string &message) {
  std::printf("FAILED %s at %s:%d: %s\n", running, file, line, message.c_str());
  std::exit(1);
}

void near(const char *file, int line, const float *actual, const std::vector<double> &expected, double relative) {
  double scale = 1e-30;
  for (double e : expected) scale = std::fmax(scale, std::fabs(e));
  for (size_t i = 0; i < expected.size(); i++)
    if (!(std::fabs(actual[i] - expected[i]) <= relative * scale))
      fail(file, line, "element " + std::to_string(i) + " is " + std::to_string(actual[i]) + ", expected " + std::to_string(expected[i]) +
                           " within " + std::to_string(relative) + " of " + std::to_string(scale));
}

void for_each_pool(const std::function<void(ds_stream)> &body) {
  body(nullptr);
  for (int threads : {1, 2, 4}) {
    ds_stream pool = nullptr;
    REQUIRE_STATUS(DS_OK, backend->stream_create(threads, &pool));
    body(pool);
    REQUIRE_STATUS(DS_OK, backend->stream_destroy(pool));
  }
}

} // namespace check

int main(int count, char **arguments) {
  using namespace check;
  if (count < 4) {
    std::printf("usage: dimsieve_test <cpu library> <isa> <cuda library> [part of a case's name]\n");
    return 2;
  }
  char text[512] = "";
  baseline = static_cast<const ds_backend *>(ds_open(arguments[1], "baseline", text, sizeof text));
  absent = baseline ? static_cast<const ds_backend *>(ds_open(arguments[3], nullptr, text, sizeof text)) : nullptr;
  if (!baseline || !absent) {
    std::printf("%s\n", text);
    return 1;
  }
  backend = static_cast<const ds_backend *>(ds_open(arguments[1], arguments[2], text, sizeof text));
  if (!backend) {
    std::printf("skipped, %s: %s\n", arguments[2], text);
    return 77;
  }
  int done = 0;
  for (const Case &c : cases()) {
    if (count > 4 && !std::strstr(c.name, arguments[4])) continue;
    running = c.name;
    c.body();
    done++;
  }
  std::printf("%s: %d cases passed\n", arguments[2], done);
  return done > 0 ? 0 : 1;
}
