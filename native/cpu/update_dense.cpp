/*
 * One optimizer step on a dense array of n parameters; rules and hyper as update.h. state1 is Adagrad's sum or Adam's first moment, state2 Adam's
 * second moment; unused ones may be null. 8 to 28 bytes and 2 to 12 flops per parameter.
 */
#include "arguments.h"
#include "pool.h"
#include "update.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t UNIT = 16384; // parameters a unit of work

template <int RULE>
static void run(ds_stream stream, float *p, const float *g, float *s1, float *s2, const float *hyper, int64_t n) {
  const Hyper h(hyper);
  parallel(stream, chunks_of(n, UNIT), [&](int64_t chunk) {
    const int64_t first = chunk * UNIT;
    each_block(least(UNIT, n - first), [&](int64_t i, int k) {
      const int64_t at = first + i;
      update<RULE>(h, p + at, get(g + at, k), s1 + at, s2 + at, k);
    });
  });
}

int update_dense(ds_stream stream, ds_f32 parameters, ds_f32_in grad, ds_f32 state1, ds_f32 state2, int32_t rule, ds_f32_in hyper, int64_t n) {
  if (n < 0 || rule < DS_SGD || rule > DS_ADAM) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!all_set(parameters, grad, hyper) || (rule != DS_SGD && !state1) || (rule == DS_ADAM && !state2)) return DS_INVALID;
  // A state that the rule does not have is never read; this gives it an address to count from.
  if (!state1) state1 = parameters;
  if (!state2) state2 = parameters;
  if (rule == DS_SGD)
    run<DS_SGD>(stream, parameters, grad, state1, state2, hyper, n);
  else if (rule == DS_ADAGRAD)
    run<DS_ADAGRAD>(stream, parameters, grad, state1, state2, hyper, n);
  else
    run<DS_ADAM>(stream, parameters, grad, state1, state2, hyper, n);
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
