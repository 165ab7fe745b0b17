/* How cases are timed, and what comes out. */
#ifndef DIMSIEVE_BENCH_TIMING_H
#define DIMSIEVE_BENCH_TIMING_H

#include "bench.h"

namespace bench {

struct Timed {
  const Case *of;
  int64_t calls = 1;           // that are timed as one
  std::vector<double> seconds; // a call, ascending at the end
  double at(double share) const { return seconds[(size_t)(share * (double)(seconds.size() - 1))]; }
};

/* Makes the set-up of a case and calls it once, with what comes before; null, or what it lacks here. */
const char *lacks(const Case &c);
/*
 * Times all cases in turns, until each had its share of seconds: what disturbs the machine disturbs all alike. A sample is as many calls as last SAMPLE
 * seconds, with the wait for their end; before it, in every turn, one that does not count brings the caches back.
 */
void time_all(std::vector<Timed> &all, double seconds_a_case, double sample);

} // namespace bench

#endif
