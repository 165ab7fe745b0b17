/*
 * dimsieve_bench: times every kernel of a back end through its C ABI, on the CPU or on a card, without a JVM.
 *
 *   dimsieve_bench <library> <variant> [threads] [part of a case's name] [options]
 *
 * variant: an instruction set, or - for the best there is; threads: 0 (the default) for none but the caller. The reference work is that of reference.h.
 *   --blas <library>   what matmul calls; cases that need a BLAS are left out where none is bound, as those are that memory has no room for
 *   --batch <rows>     instead of 4096;   --rows <rows>   of each field, instead of 1000 and of 26000
 *   --once             every case once, at small sizes, and the names of those that ran: what the tests do
 *   --list             the names of all cases
 *   --bare             no ceilings beside the cases that were asked for: what profilers want
 *
 * Every kernel of kernels.def has a case, or the program ends with status 1. Where there is no card for the library it ends with status 77.
 *
 * Columns: the least, the median and the 99th percentile of a call in microseconds (timing.h; a call before which something is reset is timed with the
 * wait for its end); rates from the median and from the bytes and flops of cpu/work.h; and how much of the median the ceilings account for, as
 * `dimsieve profile` has it: the larger of bytes over the rate of a copy and of flops over that of multiply-adds. More than 100 % comes from a cache, or from
 * the multiplication of bytes. What reads rows in no order from large tables is to be held against "ceiling, rows".
 */
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "dimsieve_loader.h"
#include "profile.h"
#include "reference.h"
#include "timing.h"

using namespace bench;

namespace {

const char *const COPY = "ceiling, copy", *const MULTIPLY_ADD = "ceiling, multiply-add"; // of ceilings.cpp
constexpr double SECONDS = 0.5, LEAST_SECONDS = 3; // a case, all cases

struct Options {
  std::vector<std::string> given; // library, variant, threads, part of a name
  std::string blas;
  bool once = false, list = false, bare = false;
  int64_t batch = 0, rows = 0;

  Options(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
      const std::string a = arguments[i];
      const auto value = [&] { return i + 1 < count ? arguments[++i] : (usage(), nullptr); };
      if (a == "--once") once = true;
      else if (a == "--list") list = true;
      else if (a == "--bare") bare = true;
      else if (a == "--blas") blas = value();
      else if (a == "--batch") batch = std::atoll(value());
      else if (a == "--rows") rows = std::atoll(value());
      else if (a.rfind("--", 0) == 0) usage();
      else given.push_back(a);
    }
    if (given.size() < 2 || given.size() > 4 || batch < 0 || rows < 0) usage();
    given.resize(4);
  }
  [[noreturn]] static void usage() {
    std::fprintf(stderr, "usage: dimsieve_bench <library> <variant or -> [threads] [part of a case's name] [--once | --list | --bare] [--blas <library>]"
                         " [--batch <rows>] [--rows <rows of a field>]\n");
    std::exit(2);
  }
};

[[noreturn]] void stop(const std::string &why, int status = 1) {
  std::fprintf(stderr, "dimsieve_bench: %s\n", why.c_str());
  std::exit(status);
}

void add_cases(const Sizes &sizes) {
  ceiling_cases(sizes.ceiling, sizes.side);
  for (int64_t rows : sizes.rows) {
    const auto tables = lazy<Tables>(sizes.batch, rows);
    embedding_cases(tables, shape(rows));
    search_cases(tables, shape(rows));
    step_cases(tables, shape(rows));
    if (rows == sizes.rows[0]) column_cases(tables);
  }
  interaction_cases(sizes.batch);
  layer_cases(sizes.batch);
  for (int64_t scored : sizes.scored) {
    scoring_cases(scored);
    for (int64_t rows : sizes.rows) scoring_gather_cases(scored, rows);
  }
  for (const std::string &kernel : kernels())
    if (std::none_of(cases().begin(), cases().end(), [&](const Case &c) { return c.kernel == kernel; })) stop(kernel + " has no case");
}

bool is_ceiling(const Case &c) { return c.kernel == "ceiling"; }

void print(const std::vector<Timed> &all) {
  double copy = 0, flops = 0; // ceilings, a second
  std::vector<Work> works;
  for (const Timed &t : all) {
    works.push_back(work_of(*t.of));
    if (t.of->name == COPY) copy = works.back().bytes / t.at(0.5);
    if (t.of->name == MULTIPLY_ADD) flops = works.back().flops / t.at(0.5);
  }
  std::printf("| case | least us | p50 | p99 | GB/s | GFLOP/s | of the ceiling |\n|---|---|---|---|---|---|---|\n");
  for (size_t i = 0; i < all.size(); i++) {
    const Timed &t = all[i];
    const double median = t.at(0.5), least = std::max(works[i].bytes / copy, works[i].flops / flops);
    std::printf("| %s | %.2f | %.2f | %.2f | %.1f | %.1f |", t.of->name.c_str(), t.at(0) * 1e6, median * 1e6, t.at(0.99) * 1e6,
                works[i].bytes / median * 1e-9, works[i].flops / median * 1e-9);
    std::printf(copy > 0 ? " %.0f %% |\n" : " |\n", 100 * least / median);
  }
}

} // namespace

/* The call of a case under --once that is not for warming up: by this name callgrind tells what to count. */
extern "C" __attribute__((noinline)) void measured_call(const Case &c) { c.call(); }

int main(int count, char **arguments) {
  const Options options(count, arguments);
  char text[512] = "";
  const std::string &variant = options.given[1], &wanted = options.given[3];
  backend = static_cast<const ds_backend *>(ds_open(options.given[0].c_str(), variant == "-" ? nullptr : variant.c_str(), text, sizeof text));
  if (!backend) stop(text);
  if (const int status = backend->probe(text, sizeof text)) stop(text, status == DS_NO_DEVICE ? 77 : 1);
  const std::string runs_on = text;
  const bool cuda = runs_on.rfind("cuda", 0) == 0;
  const int threads = std::atoi(options.given[2].c_str());
  if (threads > 0) CALL(stream_create, threads, &stream);
  if (!options.blas.empty() && backend->blas_bind(options.blas.c_str(), text, sizeof text)) stop(text);

  Sizes sizes = options.once ? SMALL : cuda ? OF_A_CARD : Sizes();
  if (options.batch) sizes.batch = options.batch;
  if (options.rows) sizes.rows = {options.rows};
  add_cases(sizes);

  const auto is_asked = [&](const Case &c) { return c.name.find(wanted) != std::string::npos; };
  if (std::none_of(cases().begin(), cases().end(), is_asked)) stop("no case has '" + wanted + "' in its name");
  std::vector<Timed> all;
  for (const Case &c : cases()) {
    const bool asked = is_asked(c);
    if (options.list && asked) std::printf("%s\n", c.name.c_str());
    if (options.list || !(asked || (is_ceiling(c) && !options.once && !options.bare))) continue;
    if (const char *what = lacks(c)) {
      std::fprintf(stderr, "left out, %s: %s\n", what, c.name.c_str());
    } else if (options.once) {
      work_of(c);
      if (c.before) c.before();
      measured_call(c);
      CALL(stream_synchronize, stream);
      std::printf("%s\n", c.name.c_str());
    } else {
      all.push_back({&c, 1, {}});
    }
  }
  if (!all.empty()) {
    std::printf("%s, %d threads, batch %lld\n\n", runs_on.c_str(), threads, (long long)sizes.batch);
    time_all(all, std::max(SECONDS, LEAST_SECONDS / (double)all.size()), cuda ? 2e-3 : 2e-5);
    print(all);
  }
  close();
  return 0;
}
