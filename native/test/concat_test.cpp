#include "check.h"

using namespace check;

TEST(concat_puts_rows_side_by_side_and_takes_them_apart) {
  Random random(92);
  for (int64_t m : WIDTHS)
    for (int64_t n : {0, 1, 4, 18})
      for (int64_t batch : {0, 1, 130}) {
        F32 a(batch * m), b(batch * n), start_a(batch * m), start_b(batch * n);
        for (F32 *x : {&a, &b, &start_a, &start_b}) random.fill(*x);
        for_each_pool([&](ds_stream s) {
          F32 out(batch * (m + n)), da(start_a), db(start_b);
          REQUIRE_STATUS(DS_OK, backend->concat_forward(s, a, b, out, batch, m, n));
          for (int64_t i = 0; i < batch; i++)
            for (int64_t j = 0; j < m + n; j++) REQUIRE(out[i * (m + n) + j] == (j < m ? a[i * m + j] : b[i * n + j - m]));
          REQUIRE_STATUS(DS_OK, backend->concat_backward(s, out, da, 0, db, 1, batch, m, n));
          REQUIRE(da == a);
          for (int64_t i = 0; i < batch * n; i++) REQUIRE(db[i] == start_b[i] + b[i]);
          REQUIRE_STATUS(DS_OK, backend->concat_backward(s, out, da, 1, db, 0, batch, m, n));
          REQUIRE(db == b);
          for (int64_t i = 0; i < batch * m; i++) REQUIRE(da[i] == a[i] + a[i]);
        });
      }
}
