/* Cases of the kernels between embeddings: FM, DCN, PNN, AutoInt. */
#include "reference.h"

#include <cmath>

namespace bench {

namespace {

struct Columns {
  int64_t batch;
  float *e, *de, *sums, *out, *dout, *y, *dy, *bias, *dbias, *crossed, *dx, *workspace;
  int32_t *identity;

  explicit Columns(int64_t rows) : batch(rows) {
    e = noise(batch * COLUMNS, 1);
    de = zeros<float>(batch * COLUMNS);
    sums = noise(batch * D, 1);
    out = zeros<float>(batch);
    dout = noise(batch, 0.1f);
    y = noise(batch * COLUMNS, 1);
    dy = zeros<float>(batch * COLUMNS);
    bias = zeros<float>(COLUMNS);
    dbias = zeros<float>(COLUMNS);
    crossed = noise(batch * COLUMNS, 0.1f);
    dx = zeros<float>(batch * COLUMNS);
    workspace = zeros<float>((batch + DS_ROW_CHUNK - 1) / DS_ROW_CHUNK * COLUMNS);
    identity = table<int32_t>(COLUMNS, [](int64_t c) { return c % D; });
  }
};

constexpr int64_t PAIRS = FIELDS * (FIELDS - 1) / 2;

struct Pairs {
  float *e, *de, *out, *dout, *spread;
  int32_t *identity, *column;

  explicit Pairs(int64_t batch) {
    e = noise(batch * COLUMNS, 1);
    de = zeros<float>(batch * COLUMNS);
    out = zeros<float>(batch * PAIRS);
    dout = noise(batch * PAIRS, 0.1f);
    spread = noise(batch * COLUMNS, 1);
    identity = table<int32_t>(COLUMNS, [](int64_t c) { return c % D; });
    column = table<int32_t>(FIELDS, [](int64_t f) { return f * D; });
  }
};

constexpr int32_t HEADS = 2, HEAD = 16;

struct Attention {
  float *x, *dx, *weights, *out, *dout;

  explicit Attention(int64_t batch) {
    const int64_t units = batch * FIELDS * HEADS * HEAD;
    x = noise(4 * units, 1);
    dx = zeros<float>(4 * units);
    weights = constant(batch * HEADS * FIELDS * FIELDS, 1.0f / FIELDS);
    out = noise(units, 1);
    dout = noise(units, 0.1f);
  }
};

} // namespace

void interaction_cases(int64_t batch) {
  const std::string shape = std::to_string(batch) + " x " + std::to_string(COLUMNS);
  const auto p = lazy<Columns>(batch);
  CASE(fm_forward, shape, p->e, nullptr, p->sums, p->out, batch, COLUMNS, D);
  CASE(fm_forward, "places, " + shape, p->e, p->identity, p->sums, p->out, batch, COLUMNS, D);
  CASE(fm_backward, shape, p->e, nullptr, p->sums, p->dout, p->de, 0, batch, COLUMNS, D);
  CASE(fm_backward, "places, " + shape, p->e, p->identity, p->sums, p->dout, p->de, 0, batch, COLUMNS, D);
  CASE(cross_forward, shape, p->e, p->y, p->y, p->bias, p->crossed, batch, COLUMNS);
  CASE(cross_backward, shape, p->e, p->y, p->bias, p->crossed, p->de, 0, p->dx, 0, p->dy, p->dbias, p->workspace, batch, COLUMNS);

  const auto pairs = lazy<Pairs>(batch);
  CASE(inner_product_forward, shape, pairs->e, nullptr, nullptr, pairs->spread, pairs->out, batch, FIELDS, COLUMNS, D);
  CASE(inner_product_forward, "places, " + shape, pairs->e, pairs->identity, pairs->column, pairs->spread, pairs->out, batch, FIELDS, COLUMNS, D);
  CASE(inner_product_backward, shape, pairs->e, nullptr, nullptr, pairs->spread, pairs->dout, pairs->de, 0, batch, FIELDS, COLUMNS, D);
  CASE(inner_product_backward, "places, " + shape, pairs->e, pairs->identity, pairs->column, pairs->spread, pairs->dout, pairs->de, 0, batch, FIELDS, COLUMNS,
       D);

  const auto heads = lazy<Attention>(batch);
  const std::string of_heads = std::to_string(batch) + " x " + std::to_string(FIELDS) + ", 2 heads of 16";
  CASE(field_attention_forward, of_heads, heads->x, heads->weights, heads->out, 0.25f, batch, FIELDS, HEADS, HEAD);
  CASE(field_attention_backward, of_heads, heads->x, heads->weights, heads->out, heads->dout, heads->dx, 0.25f, batch, FIELDS, HEADS, HEAD);
}

} // namespace bench
