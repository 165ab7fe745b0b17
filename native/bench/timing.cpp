#include "timing.h"

#include <algorithm>
#include <chrono>

namespace bench {

namespace {

constexpr int MOST_SAMPLES = 50;     // of a case in a turn
constexpr double TURN = 0.01;        // seconds of a case in a turn, if one sample is shorter
constexpr int64_t MOST_CALLS = 1000; // in a sample

void synchronize() { CALL(stream_synchronize, stream); }

double sample(const Case &c, int64_t calls) {
  if (c.before) c.before();
  synchronize();
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < calls; i++) c.call();
  synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

const char *lacks(const Case &c) {
  try {
    sample(c, 1);
    return nullptr;
  } catch (const Lacks &lacks) {
    return lacks.what;
  }
}

void time_all(std::vector<Timed> &all, double seconds_a_case, double least) {
  for (Timed &t : all)
    if (!t.of->before) t.calls = std::clamp<int64_t>((int64_t)(least / sample(*t.of, 1)), 1, MOST_CALLS);
  for (double spent = 0; spent < seconds_a_case * (double)all.size();)
    for (Timed &t : all) {
      sample(*t.of, 1);
      double here = 0;
      for (int i = 0; i < MOST_SAMPLES && here < TURN; i++) {
        const double seconds = sample(*t.of, t.calls);
        t.seconds.push_back(seconds / (double)t.calls);
        here += seconds;
      }
      spent += here;
    }
  for (Timed &t : all) std::sort(t.seconds.begin(), t.seconds.end());
}

} // namespace bench
