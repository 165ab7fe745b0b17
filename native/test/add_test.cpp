#include "check.h"

using namespace check;

TEST(add_equals_reference_also_in_place) {
  Random random(50);
  for (int64_t n : {0, 1, 15, 16, 17, 65, 16384, 40001, 4096 * 256 + 5}) {
    F32 a(n), b(n);
    random.fill(a);
    random.fill(b);
    for_each_pool([&](ds_stream s) {
      F32 out(n), left(a), right(b);
      REQUIRE_STATUS(DS_OK, backend->add(s, a, b, out, n));
      REQUIRE_STATUS(DS_OK, backend->add(s, left, b, left, n));
      REQUIRE_STATUS(DS_OK, backend->add(s, a, right, right, n));
      for (int64_t i = 0; i < n; i++) REQUIRE(out[i] == a[i] + b[i]);
      REQUIRE(left == out && right == out);
    });
  }
}
