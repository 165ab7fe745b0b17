/*
 * dimsieve_test <cpu library> <variant> <cuda library> [part of a case's name]
 * The variant is an instruction set, or cuda; a variant that this machine lacks is skipped with exit status 77.
 */
#include "check.h"

#include "dimsieve_loader.h"

namespace check {

const ds_backend *backend;
const ds_backend *baseline;
const ds_backend *absent;
const char *library = "";
static const char *running = "";
bool on_cuda = false;
static ds_stream stream_in_use = nullptr;

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

int settled(int status) {
  for (ds_stream s : {(ds_stream) nullptr, stream_in_use})
    if (on_cuda && status == DS_OK) status = backend->stream_synchronize(s);
  return status;
}

void *take(int64_t bytes) {
  ds_address memory = nullptr;
  if ((on_cuda ? backend : baseline)->allocate(bytes, &memory) != DS_OK) fail(__FILE__, __LINE__, "no memory");
  return memory;
}

void give_back(void *memory, int64_t bytes) { (on_cuda ? backend : baseline)->release(memory, bytes); }

void for_each_pool(const std::function<void(ds_stream)> &body) {
  body(nullptr);
  for (int threads : on_cuda ? std::vector<int>{1} : std::vector<int>{1, 2, 4}) {
    ds_stream pool = nullptr;
    REQUIRE_STATUS(DS_OK, backend->stream_create(threads, &pool));
    stream_in_use = pool;
    body(pool);
    stream_in_use = nullptr;
    REQUIRE_STATUS(DS_OK, backend->stream_destroy(pool));
  }
}

} // namespace check

int main(int count, char **arguments) {
  using namespace check;
  if (count < 4) {
    std::printf("usage: dimsieve_test <cpu library> <variant> <cuda library> [part of a case's name]\n");
    return 2;
  }
  const std::string variant = arguments[2];
  library = arguments[variant == "cuda" ? 3 : 1];
  char text[512] = "", device[512] = "";
  baseline = static_cast<const ds_backend *>(ds_open(arguments[1], "baseline", text, sizeof text));
  const ds_backend *cuda = baseline ? static_cast<const ds_backend *>(ds_open(arguments[3], "managed", text, sizeof text)) : nullptr;
  if (!baseline || !cuda) {
    std::printf("%s\n", text);
    return 1;
  }
  if (cuda->probe(device, sizeof device) == DS_NO_DEVICE) absent = cuda;
  if (variant == "cuda") {
    std::snprintf(text, sizeof text, "%s", device);
    on_cuda = true;
    backend = absent ? nullptr : cuda;
  } else {
    backend = static_cast<const ds_backend *>(ds_open(arguments[1], variant.c_str(), text, sizeof text));
  }
  if (!backend) {
    std::printf("skipped, %s: %s\n", variant.c_str(), text);
    return 77;
  }
  int done = 0;
  for (const Case &c : cases()) {
    if (count > 4 && !std::strstr(c.name, arguments[4])) continue;
    running = c.name;
    c.body();
    done++;
  }
  std::printf("%s: %d cases passed\n", variant.c_str(), done);
  return done > 0 ? 0 : 1;
}
