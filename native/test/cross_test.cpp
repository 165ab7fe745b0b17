#include "check.h"

using namespace check;

namespace {

int64_t units(int64_t batch) { return (batch + DS_ROW_CHUNK - 1) / DS_ROW_CHUNK; }

struct Gradients {
  F32 dx0, dx, dy, dbias;
};

} // namespace

TEST(cross_equals_its_formula_and_derivatives) {
  Random random(90);
  for (int64_t n : WIDTHS)
    for (int64_t batch : {0, 1, 130, 1500}) {
      F32 x0(batch * n), x(batch * n), y(batch * n), bias(n), dout(batch * n), start0(batch * n), start(batch * n);
      for (F32 *b : {&x0, &x, &y, &bias, &dout, &start0, &start}) random.fill(*b);
      std::vector<double> out, dx0, dy, dbias((size_t)n);
      for (int64_t i = 0; i < batch * n; i++) {
        const double shifted = (double)y[i] + bias[i % n];
        out.push_back(x0[i] * shifted + x[i]);
        dx0.push_back(dout[i] * shifted);
        dy.push_back((double)dout[i] * x0[i]);
        dbias[(size_t)(i % n)] += dy.back();
      }
      F32 first(batch * n);
      REQUIRE_STATUS(DS_OK, backend->cross_forward(nullptr, x0, x, y, bias, first, batch, n));
      REQUIRE_NEAR(first, out, 1e-6);
      F32 workspace(units(batch) * n);
      Gradients written{start0, start, F32(batch * n), F32(n)}, added{start0, start, F32(batch * n), F32(n)};
      REQUIRE_STATUS(DS_OK, backend->cross_backward(nullptr, x0, y, bias, dout, written.dx0, 0, written.dx, 0, written.dy, written.dbias, workspace, batch, n));
      REQUIRE_STATUS(DS_OK, backend->cross_backward(nullptr, x0, y, bias, dout, added.dx0, 1, added.dx, 1, added.dy, added.dbias, workspace, batch, n));
      REQUIRE_NEAR(written.dx0, dx0, 1e-6);
      REQUIRE(written.dx == dout);
      REQUIRE_NEAR(written.dy, dy, 1e-6);
      REQUIRE_NEAR(written.dbias, dbias, 1e-5);
      REQUIRE(added.dy == written.dy && added.dbias == written.dbias);
      for (int64_t i = 0; i < batch * n; i++) {
        REQUIRE(added.dx0[i] == start0[i] + written.dx0[i]);
        REQUIRE(added.dx[i] == start[i] + written.dx[i]);
      }
      for_each_pool([&](ds_stream s) {
        F32 again(batch * n);
        REQUIRE_STATUS(DS_OK, backend->cross_forward(s, x0, x, y, bias, again, batch, n));
        Gradients r{F32(batch * n), F32(batch * n), F32(batch * n), F32(n)};
        REQUIRE_STATUS(DS_OK, backend->cross_backward(s, x0, y, bias, dout, r.dx0, 0, r.dx, 0, r.dy, r.dbias, workspace, batch, n));
        REQUIRE(again == first && r.dx0 == written.dx0 && r.dx == written.dx && r.dy == written.dy && r.dbias == written.dbias);
      });
    }
}

TEST(cross_of_x0_with_itself_adds_both_parts) {
  Random random(91);
  const int64_t batch = 9, n = 21;
  F32 x(batch * n), y(batch * n), bias(n), dout(batch * n), dx0(batch * n), dx(batch * n), both(batch * n), dy(batch * n), dbias(n), workspace(n);
  for (F32 *b : {&x, &y, &bias, &dout}) random.fill(*b);
  REQUIRE_STATUS(DS_OK, backend->cross_backward(nullptr, x, y, bias, dout, dx0, 0, dx, 0, dy, dbias, workspace, batch, n));
  REQUIRE_STATUS(DS_OK, backend->cross_backward(nullptr, x, y, bias, dout, both, 0, both, 1, dy, dbias, workspace, batch, n));
  for (int64_t i = 0; i < batch * n; i++) REQUIRE(both[i] == dx0[i] + dx[i]);
}
