/*
 * Every variant of a kernel gives the bits of the baseline one. A case runs the same problem on both tables and compares all that was written;
 * matmul is left out, as its sums are the BLAS library's. CUDA adds up a batch in an order of its own: what depends on that is added by add_sum.
 */
#include <initializer_list>

#include "embedding.h"

using namespace check;

namespace {

/* Everything a problem writes, as bytes. */
class Outputs {
 public:
  template <class T>
  void add(const T *first, int64_t n) {
    const char *p = reinterpret_cast<const char *>(first);
    bytes_.insert(bytes_.end(), p, p + n * (int64_t)sizeof(T));
  }
  template <class T>
  void add(const Buffer<T> &b) {
    add(b.data(), b.size());
  }
  template <class T>
  void add_sum(const Buffer<T> &b) {
    if (!on_cuda) add(b);
  }
  bool operator==(const Outputs &o) const { return bytes_ == o.bytes_; }

 private:
  std::vector<char> bytes_;
};

/* Runs problem(table, random, outputs) on both tables with the same random numbers. */
template <class Problem>
void same_bits(uint64_t seed, Problem problem) {
  Outputs expected, actual;
  Random random(seed), again(seed);
  problem(baseline, random, expected);
  problem(backend, again, actual);
  REQUIRE(expected == actual);
}

F32 some(Random &random, int64_t n, double scale = 1) {
  F32 b(n);
  random.fill(b, scale);
  return b;
}

int64_t units(int64_t batch) { return (batch + DS_ROW_CHUNK - 1) / DS_ROW_CHUNK; }

const std::initializer_list<int64_t> BATCHES = {1, 17, 1500};

} // namespace

TEST(isa_embedding) {
  for (int64_t d : WIDTHS)
    for (int rule : {DS_SGD, DS_ADAGRAD, DS_ADAM})
      for (bool full : {false, true})
        same_bits((uint64_t)(d * 8 + rule), [&](const ds_backend *t, Random &random, Outputs &o) {
          Embedding e(random, 1500, {1, 9, 700, 40}, d);
          Groups g(e);
          REQUIRE_STATUS(DS_OK, t->embedding_group(nullptr, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
          for (const I32 *b : {&g.order, &g.counts}) o.add(*b);
          for (int64_t f = 0; f < e.fields; f++) { // what follows the groups is scratch
            o.add(g.starts.data() + f * (e.batch + 1), g.counts[f] + 1);
            o.add(g.unique.data() + f * e.batch, g.counts[f]);
          }
          F32 out(e.batch * e.columns), grad = some(random, e.batch * e.columns), regularity = some(random, e.squares, 0.1), s1(e.floats), s2(e.floats);
          REQUIRE_STATUS(DS_OK, t->embedding_gather(nullptr, e.tables, e.base, e.width, e.column, e.rows, e.ids, full ? e.mask.data() : nullptr, nullptr,
                                                    nullptr, out, e.batch, e.fields, e.columns));
          F32 hyper(std::vector<float>{0.05f, 0.9f, 0.99f, 1e-6f, 1e-2f, 1.5f, 0, 0}), mask_grad(e.columns), workspace(2 * (e.columns + e.squares));
          F64 gram(e.squares);
          REQUIRE_STATUS(DS_OK, t->embedding_backward(nullptr, grad, e.columns, nullptr, g.order, g.starts, g.unique, g.counts, e.base, e.width, e.column,
                                                      full ? e.mask.data() : nullptr, nullptr, nullptr, full ? regularity.data() : nullptr, e.square_base, e.tables, s1, s2,
                                                      mask_grad, full, gram, workspace, rule, hyper, e.batch, e.fields, e.columns));
          o.add(out);
          for (const F32 *b : {&e.tables, &s1, &s2, &mask_grad}) o.add_sum(*b);
          o.add_sum(gram);
        });
}

TEST(isa_fm_gather) {
  for (int64_t d : WIDTHS)
    for (bool masked : {false, true})
      same_bits((uint64_t)(d * 2 + masked), [&](const ds_backend *t, Random &random, Outputs &o) {
        Embedding e(random, 1500, {1, 9, 700, 40}, std::vector<int32_t>(4, (int32_t)d));
        Groups g(e);
        REQUIRE_STATUS(DS_OK, t->embedding_group(nullptr, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
        F32 sums(e.batch * d), out(e.batch), factor = some(random, e.batch), s1(e.floats), s2(e.floats);
        const F32 hyper(std::vector<float>{0.05f, 0.9f, 0.99f, 1e-6f, 1e-2f, 1.5f, 0, 0});
        const float *mask = masked ? e.mask.data() : nullptr;
        REQUIRE_STATUS(DS_OK, t->fm_gather(nullptr, e.tables, e.base, e.rows, e.ids, mask, nullptr, nullptr, sums, out, e.batch, e.fields, d));
        REQUIRE_STATUS(DS_OK, t->embedding_backward(nullptr, sums, d, factor, g.order, g.starts, g.unique, g.counts, e.base, e.width, e.column, mask, nullptr,
                                                    nullptr, nullptr, nullptr, e.tables, s1, s2, nullptr, 0, nullptr, nullptr, DS_ADAM, hyper.data(), e.batch,
                                                    e.fields, e.columns));
        o.add(sums);
        o.add(out);
        for (const F32 *b : {&e.tables, &s1, &s2}) o.add_sum(*b);
      });
}

TEST(isa_threshold) {
  for (int64_t d : WIDTHS)
    for (int granularity = DS_T_GLOBAL; granularity <= DS_T_FEATURE_DIMENSION && d <= 64; granularity++)
      same_bits((uint64_t)(d * 8 + granularity), [&](const ds_backend *t, Random &random, Outputs &o) {
        // CUDA sums long groups and shared thresholds in another order; after one step the latter are in everything.
        const bool shared = granularity != DS_T_FEATURE && granularity != DS_T_FEATURE_DIMENSION;
        Embedding e(random, on_cuda ? 250 : 700, {1, 9, 1300, 40}, std::vector<int32_t>(4, (int32_t)d));
        Groups g(e);
        REQUIRE_STATUS(DS_OK, t->embedding_group(nullptr, e.rows, e.ids, g.order, g.scratch, g.starts, g.unique, g.counts, e.batch, e.fields));
        F32 grad = some(random, e.batch * e.columns), s = some(random, e.floats + e.columns + 1350, 3), v(e.tables), s1(e.floats), s2(e.floats);
        F32 t1(s.size()), t2(s.size()), workspace(2 * e.columns), hyper(std::vector<float>{0.05f, 0.9f, 0.99f, 1e-6f, 1e-2f, 1.5f, 0, 0});
        I64 kept(3 * e.fields);
        REQUIRE_STATUS(DS_OK, t->threshold_apply(nullptr, v, s, granularity, e.base, e.width, e.column, e.rows, e.tables, kept, e.fields));
        for (int step = 0; step < (on_cuda && shared ? 1 : 3); step++)
          REQUIRE_STATUS(DS_OK, t->threshold_update(nullptr, grad, e.columns, g.order, g.starts, g.unique, g.counts, e.base, e.width, e.column, e.rows, v,
                                                    s1, s2, hyper, s, t1, t2, hyper, granularity, e.tables, kept, workspace, e.batch, e.fields,
                                                    e.columns));
        for (const F32 *b : {&v, &s1, &s2}) o.add(*b);
        if (shared) {
          for (const F32 *b : {&s, &t1, &t2, &e.tables}) o.add_sum(*b);
          o.add_sum(kept);
        } else {
          for (const F32 *b : {&s, &t1, &t2, &e.tables}) o.add(*b);
          o.add(kept);
        }
      });
}

TEST(isa_update_dense_and_add) {
  for (int64_t n : WIDTHS)
    for (int rule : {DS_SGD, DS_ADAGRAD, DS_ADAM})
      same_bits((uint64_t)n, [&](const ds_backend *t, Random &random, Outputs &o) {
        F32 p = some(random, n), g = some(random, n), s1(n), s2(n), sum(n);
        F32 hyper(std::vector<float>{0.05f, 0.9f, 0.99f, 1e-6f, 1e-2f, 1.5f, 0, 0});
        for (int step = 0; step < 3; step++) REQUIRE_STATUS(DS_OK, t->update_dense(nullptr, p, g, s1, s2, rule, hyper, n));
        REQUIRE_STATUS(DS_OK, t->add(nullptr, p, g, sum, n));
        for (const F32 *b : {&p, &s1, &s2, &sum}) o.add(*b);
      });
}

TEST(isa_linear) {
  for (int64_t batch : BATCHES)
    same_bits(70, [&](const ds_backend *t, Random &random, Outputs &o) {
      Embedding e(random, batch, {1, 9, 700, 40}, std::vector<int32_t>{1, 1, 1, 1});
      F32 bias = some(random, 1), out(batch);
      REQUIRE_STATUS(DS_OK, t->linear_forward(nullptr, e.tables, e.base, e.rows, e.ids, bias, out, batch, e.fields));
      o.add(out);
    });
}

TEST(isa_fm) {
  for (int64_t dim : {1, 4, 7, 16, 17, 33, 64, 65, 130})
    for (bool placed : {false, true})
      for (bool accumulate : {false, true})
        same_bits((uint64_t)dim, [&](const ds_backend *t, Random &random, Outputs &o) {
          const int64_t batch = 130, columns = 5 * dim + dim / 2;
          F32 e = some(random, batch * columns), dout = some(random, batch), de = some(random, batch * columns), sums(batch * dim), out(batch);
          I32 place(columns);
          for (int64_t c = 0; c < columns; c++) place[c] = (int32_t)random.below(dim);
          const int32_t *identity = placed ? place.data() : nullptr;
          REQUIRE_STATUS(DS_OK, t->fm_forward(nullptr, e, identity, sums, out, batch, columns, dim));
          REQUIRE_STATUS(DS_OK, t->fm_backward(nullptr, e, identity, sums, dout, de, accumulate, batch, columns, dim));
          for (const F32 *b : {&sums, &out, &de}) o.add(*b);
        });
}

TEST(isa_fm_of_large_batches_and_crowded_places) {
  for (int64_t batch : {3, 140000}) // more rows than a grid's blocks take at once
    same_bits(72, [&](const ds_backend *t, Random &random, Outputs &o) {
      const int64_t columns = 8;
      F32 e = some(random, batch * columns), sums(batch * 5), out(batch);
      REQUIRE_STATUS(DS_OK, t->fm_forward(nullptr, e, nullptr, sums, out, batch, columns, 5));
      o.add(sums);
      o.add(out);
    });
  for (int64_t columns : {31, 32, 33, 100})
    for (int32_t crowd : {1, 2, 40})
      same_bits((uint64_t)columns, [&](const ds_backend *t, Random &random, Outputs &o) {
        const int64_t batch = 37, dim = 80;
        F32 e = some(random, batch * columns), sums(batch * dim), out(batch);
        I32 place(columns);
        for (int64_t c = 0; c < columns; c++) place[c] = (int32_t)(79 - c % crowd * 2);
        REQUIRE_STATUS(DS_OK, t->fm_forward(nullptr, e, place, sums, out, batch, columns, dim));
        o.add(sums);
        o.add(out);
      });
}

TEST(isa_cross_and_concat) {
  for (int64_t n : WIDTHS)
    for (int64_t batch : BATCHES)
      same_bits((uint64_t)n, [&](const ds_backend *t, Random &random, Outputs &o) {
        F32 x0 = some(random, batch * n), x = some(random, batch * n), y = some(random, batch * n), bias = some(random, n), dout = some(random, batch * n);
        F32 out(batch * n), dx0(batch * n), dx(batch * n), dy(batch * n), dbias(n), workspace(units(batch) * n), both(2 * batch * n);
        REQUIRE_STATUS(DS_OK, t->cross_forward(nullptr, x0, x, y, bias, out, batch, n));
        REQUIRE_STATUS(DS_OK, t->cross_backward(nullptr, x0, y, bias, dout, dx0, 1, dx, 0, dy, dbias, workspace, batch, n));
        REQUIRE_STATUS(DS_OK, t->concat_forward(nullptr, out, dx0, both, batch, n, n));
        REQUIRE_STATUS(DS_OK, t->concat_backward(nullptr, both, x0, 1, x, 1, batch, n, n));
        for (const F32 *b : {&out, &dx0, &dx, &dy, &both, &x0, &x}) o.add(*b);
        o.add_sum(dbias);
      });
}

TEST(isa_inner_product) {
  struct Shape {
    int64_t batch, fields, dim;
  };
  // more rows than the blocks of a grid; rows too large for a block's shared memory
  for (const Shape &shape : {Shape{70, 5, 1}, Shape{70, 5, 3}, Shape{70, 5, 4}, Shape{70, 5, 7}, Shape{70, 5, 16}, Shape{70, 5, 17}, Shape{70, 5, 33},
                             Shape{4200, 23, 4}, Shape{3, 39, 16}, Shape{2, 300, 1}, Shape{2, 64, 64}, Shape{3, 65, 65}, Shape{70, 5, 1000}})
    for (bool placed : {false, true})
      same_bits((uint64_t)shape.dim, [&](const ds_backend *t, Random &random, Outputs &o) {
        const int64_t batch = shape.batch, dim = shape.dim, columns = shape.fields * dim, pairs = shape.fields * (shape.fields - 1) / 2;
        const int32_t fields = (int32_t)shape.fields;
        F32 e = some(random, batch * columns), dout = some(random, batch * pairs), de(batch * columns), spread(batch * columns), out(batch * pairs);
        I32 place(columns), column(fields);
        for (int64_t c = 0; c < columns; c++) place[c] = (int32_t)(c % dim);
        for (int64_t f = 0; f < fields; f++) column[f] = (int32_t)(f * dim);
        const int32_t *identity = placed ? place.data() : nullptr;
        REQUIRE_STATUS(DS_OK, t->inner_product_forward(nullptr, e, identity, column, spread, out, batch, fields, columns, dim));
        REQUIRE_STATUS(DS_OK, t->inner_product_backward(nullptr, e, identity, column, spread, dout, de, 1, batch, fields, columns, dim));
        for (const F32 *b : {&spread, &out, &de}) o.add(*b);
      });
}

TEST(isa_rows_that_begin_anywhere) {
  const int64_t batch = 5, n = 16, size = batch * n + 1; // one float past a multiple of 16 bytes
  same_bits(71, [&](const ds_backend *t, Random &random, Outputs &o) {
    F32 a = some(random, size), b = some(random, size), c = some(random, size), bias = some(random, n + 1), scale = some(random, n + 1), out(2 * size);
    F32 d(size), e(size), f(size), g(size), h(size), sums(size), value(batch);
    I64 seed(std::vector<int64_t>{3, 4});
    REQUIRE_STATUS(DS_OK, t->add(nullptr, a + 1, b + 1, d + 1, batch * n));
    REQUIRE_STATUS(DS_OK, t->sigmoid(nullptr, a + 1, e + 1, batch * n));
    REQUIRE_STATUS(DS_OK, t->cross_forward(nullptr, a + 1, b + 1, c + 1, bias + 1, f + 1, batch, n));
    REQUIRE_STATUS(DS_OK, t->concat_forward(nullptr, a + 1, b + 1, out + 1, batch, n, n));
    REQUIRE_STATUS(DS_OK, t->concat_backward(nullptr, out + 1, a + 1, 1, b + 1, 0, batch, n, n));
    REQUIRE_STATUS(DS_OK, t->bias_relu_dropout_forward(nullptr, c + 1, bias + 1, 1, 0.5f, seed, 4, batch, n));
    for (int64_t j = 0; j <= n; j++) scale[j] = std::fabs(scale[j]);
    REQUIRE_STATUS(DS_OK, t->batch_norm_inference(nullptr, a + 1, bias + 1, bias + 1, bias + 1, scale + 1, 1e-5f, g + 1, batch, n));
    REQUIRE_STATUS(DS_OK, t->fm_forward(nullptr, a + 1, nullptr, sums + 1, value, batch, n, 4));
    REQUIRE_STATUS(DS_OK, t->fm_backward(nullptr, a + 1, nullptr, sums + 1, value, h + 1, 0, batch, n, 4));
    for (const F32 *x : {&a, &b, &c, &d, &e, &f, &g, &h, &out, &sums, &value}) o.add(*x);
    REQUIRE_STATUS(DS_OK, t->inner_product_forward(nullptr, a + 1, nullptr, nullptr, nullptr, value, batch, 2, n, 8));
    REQUIRE_STATUS(DS_OK, t->inner_product_backward(nullptr, a + 1, nullptr, nullptr, nullptr, value, h + 1, 0, batch, 2, n, 8));
    o.add(value);
    o.add(h);
  });
}

TEST(isa_field_attention) {
  for (int32_t size : {1, 7, 16, 17, 33})
    for (int32_t fields : {1, 5, 17})
      same_bits((uint64_t)size, [&](const ds_backend *t, Random &random, Outputs &o) {
        const int64_t n = (int64_t)20 * fields * 2 * size;
        F32 x = some(random, 4 * n, 2), dout = some(random, n), weights((int64_t)20 * 2 * fields * fields), out(n), dx(4 * n);
        REQUIRE_STATUS(DS_OK, t->field_attention_forward(nullptr, x, weights, out, 0.3f, 20, fields, 2, size));
        REQUIRE_STATUS(DS_OK, t->field_attention_backward(nullptr, x, weights, out, dout, dx, 0.3f, 20, fields, 2, size));
        for (const F32 *b : {&weights, &out, &dx}) o.add(*b);
      });
}

TEST(isa_bias_relu_dropout) {
  for (int64_t n : WIDTHS)
    for (int64_t batch : BATCHES)
      for (float keep : {1.0f, 0.6f})
        for (int32_t relu : {0, 1}) {
          if (!relu && keep < 1) continue;
          same_bits((uint64_t)n, [&](const ds_backend *t, Random &random, Outputs &o) {
            F32 x = some(random, batch * n), bias = some(random, n), dy = some(random, batch * n), dbias(n), workspace(units(batch) * n);
            I64 seed(std::vector<int64_t>{11, 12});
            REQUIRE_STATUS(DS_OK, t->bias_relu_dropout_forward(nullptr, x, bias, relu, keep, seed, 4, batch, n));
            REQUIRE_STATUS(DS_OK, t->bias_relu_dropout_backward(nullptr, x, relu, keep, dy, dbias, workspace, batch, n));
            for (const F32 *b : {&x, &dy}) o.add(*b);
            o.add_sum(dbias);
          });
        }
}

TEST(isa_batch_norm) {
  for (int64_t n : WIDTHS)
    for (int64_t batch : BATCHES)
      same_bits((uint64_t)n, [&](const ds_backend *t, Random &random, Outputs &o) {
        F32 x = some(random, batch * n, 3), gamma = some(random, n), beta = some(random, n), dy = some(random, batch * n), y(batch * n), z(batch * n);
        F32 mean(n), inverse(n), running_mean(n), running_variance(n), dgamma(n), dbeta(n), workspace(2 * units(batch) * n);
        F32 given_mean = some(random, n), given_variance = some(random, n);
        for (int64_t j = 0; j < n; j++) given_variance[j] += 1;
        REQUIRE_STATUS(DS_OK, t->batch_norm_forward(nullptr, x, gamma, beta, y, mean, inverse, running_mean, running_variance, 0.1f, 1e-5f, workspace,
                                                    batch, n));
        REQUIRE_STATUS(DS_OK, t->batch_norm_inference(nullptr, x, gamma, beta, given_mean, given_variance, 1e-5f, z, batch, n));
        REQUIRE_STATUS(DS_OK, t->batch_norm_backward(nullptr, x, gamma, mean, inverse, dy, dy, dgamma, dbeta, workspace, batch, n));
        o.add(z);
        for (const F32 *b : {&y, &mean, &inverse, &running_mean, &running_variance, &dgamma, &dbeta, &dy}) o.add_sum(*b);
      });
}

TEST(isa_bce_and_sigmoid) {
  for (int64_t batch : {1, 17, 1500, 100000})
    same_bits((uint64_t)batch, [&](const ds_backend *t, Random &random, Outputs &o) {
      F32 z = some(random, batch, batch > 2000 ? 120 : 5), y(batch), d(batch), p(batch);
      for (int64_t b = 0; b < batch; b++) y[b] = (float)random.below(2);
      F64 loss(1), workspace(units(batch));
      REQUIRE_STATUS(DS_OK, t->bce_with_logits(nullptr, z, y, loss, d, workspace, batch));
      REQUIRE_STATUS(DS_OK, t->sigmoid(nullptr, z, p, batch));
      o.add(loss);
      o.add(d);
      o.add(p);
    });
}
