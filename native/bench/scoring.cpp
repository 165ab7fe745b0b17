/* Cases of the kernels that scoring calls, for one row and for some: DeepFM 39 x 16, 400-400-400. Weights are warm in whatever cache holds 2.3 MB. */
#include "reference.h"

#include <cmath>

namespace bench {

namespace {

/* The layers of the MLP, each on what the one before gave; He's initial values, so that about half of what passes a ReLU is zero. */
struct Mlp {
  int64_t batch;
  float *w[LAYERS], *bias[LAYERS], *scale[LAYERS], *a[LAYERS + 1];
  int32_t *packed[LAYERS], *workspace;

  explicit Mlp(int64_t rows) : batch(rows) {
    workspace = zeros<int32_t>(batch * (COLUMNS / 4 + 2));
    a[0] = noise(batch * COLUMNS, 1);
    for (int i = 0; i < LAYERS; i++) {
      const int64_t k = WIDTH[i], n = WIDTH[i + 1];
      w[i] = noise(k * n, std::sqrt(6.0f / (float)k));
      bias[i] = zeros<float>(n);
      scale[i] = zeros<float>(n);
      packed[i] = zeros<int32_t>((k + 3) / 4 * n);
      a[i + 1] = zeros<float>(batch * n);
      pack(i);
      layer(i);
    }
  }
  void pack(int i) const { CALL(dense_i8_pack, stream, w[i], packed[i], scale[i], WIDTH[i], WIDTH[i + 1]); }
  void layer(int i) const {
    CALL(dense_forward, stream, a[i], WIDTH[i], w[i], nullptr, bias[i], i + 1 < LAYERS, a[i + 1], WIDTH[i + 1], batch, WIDTH[i], WIDTH[i + 1]);
  }
  void bytes_layer(int i) const {
    CALL(dense_i8_forward, stream, a[i], WIDTH[i], packed[i], scale[i], bias[i], i + 1 < LAYERS, workspace, a[i + 1], WIDTH[i + 1], batch, WIDTH[i],
         WIDTH[i + 1]);
  }
};

struct Row {
  float *e, *sums, *x, *bias, *out, *weights;
  int32_t *ids, *identity;
  int64_t *base, *row_count;

  explicit Row(int64_t rows) {
    e = noise(COLUMNS, 1);
    sums = zeros<float>(D);
    x = noise(400, 1);
    bias = zeros<float>(400);
    out = zeros<float>(1);
    weights = noise(FIELDS * rows, 1);
    base = table<int64_t>(FIELDS, [=](int64_t f) { return f * rows; });
    row_count = constant(FIELDS, rows);
    ids = table<int32_t>(FIELDS, [=](int64_t) { return uniform() * (double)rows; });
    identity = table<int32_t>(COLUMNS, [](int64_t c) { return c % D; });
  }
};

/* Whole tables of float32; every call reads other rows. */
struct Packed {
  static constexpr int64_t DRAWS = 1 << 14;
  uint8_t *data;
  int64_t *descriptors;
  int32_t *ids;
  float *out;
  mutable int64_t at = 0;

  Packed(int64_t scored, int64_t rows) {
    data = reinterpret_cast<uint8_t *>(constant(FIELDS * rows * D, 1.0f));
    descriptors = table<int64_t>(FIELDS * DS_PACKED, [=](int64_t i) {
      const int64_t f = i / DS_PACKED, all[DS_PACKED] = {DS_DENSE, DS_F32, rows, D, f * D, 4 * f * rows * D, 0, 0};
      return all[i % DS_PACKED];
    });
    ids = table<int32_t>(DRAWS * FIELDS, [=](int64_t) { return uniform() * (double)rows; });
    out = zeros<float>(scored * COLUMNS);
  }
  void gather(int64_t scored) const {
    CALL(packed_gather, stream, data, descriptors, ids + at * FIELDS, out, scored, FIELDS, COLUMNS);
    at = (at + scored) % (DRAWS - scored);
  }
};

} // namespace

void scoring_cases(int64_t scored) {
  const auto mlp = lazy<Mlp>(scored);
  const std::string rows = ", " + std::to_string(scored) + (scored == 1 ? " row" : " rows");
  for (int i : {0, 1, 3}) { // the third layer is like the second
    const std::string shape = std::to_string(WIDTH[i]) + " x " + std::to_string(WIDTH[i + 1]);
    if (scored == 1) add("dense_i8_pack", shape, [=] { mlp->pack(i); });
    add("dense_forward", shape + rows, [=] { mlp->layer(i); });
    add("dense_i8_forward", shape + rows, [=] { mlp->bytes_layer(i); });
  }
  add("", "MLP" + rows, [=] {
    for (int i = 0; i < LAYERS; i++) mlp->layer(i);
  });
  add("", "MLP of bytes" + rows, [=] {
    for (int i = 0; i < LAYERS; i++) mlp->bytes_layer(i);
  });
  if (scored > 1) return;
  const auto row = lazy<Row>(int64_t(1000));
  CASE(linear_forward, "1 row", row->weights, row->base, row->row_count, row->ids, row->bias, row->out, 1, FIELDS);
  CASE(fm_forward, "1 row", row->e, nullptr, row->sums, row->out, 1, COLUMNS, D);
  CASE(fm_forward, "places, 1 row", row->e, row->identity, row->sums, row->out, 1, COLUMNS, D);
  CASE(bias_relu_dropout_forward, "1 row x 400", row->x, row->bias, 1, 1.0f, nullptr, 0, 1, 400);
  CASE(add, "1 row", row->out, row->bias, row->out, 1);
  CASE(sigmoid, "1 row", row->e, row->out, 1);
}

void scoring_gather_cases(int64_t scored, int64_t rows) {
  const auto packed = lazy<Packed>(scored, rows);
  add("packed_gather", shape(rows) + ", " + std::to_string(scored) + (scored == 1 ? " row" : " rows"), [=] { packed->gather(scored); });
}

} // namespace bench
