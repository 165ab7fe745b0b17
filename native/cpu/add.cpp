/* out[i] = a[i] + b[i], i < n; out may be a or b. 12 bytes and one flop an element. */
#include "arguments.h"
#include "lanes.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t UNIT = 16384; // elements a unit of work

int add(ds_stream stream, ds_f32_in a, ds_f32_in b, ds_f32 out, int64_t n) {
  if (n < 0) return DS_INVALID;
  if (n == 0) return DS_OK;
  if (!all_set(a, b, out)) return DS_INVALID;
  parallel(stream, chunks_of(n, UNIT), [&](int64_t chunk) {
    const int64_t first = chunk * UNIT;
    each_block(least(UNIT, n - first), [&](int64_t i, int k) { put(out + first + i, get(a + first + i, k) + get(b + first + i, k), k); });
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
