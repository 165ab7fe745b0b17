/* A whole training step of DeepFM 400-400-400, kernel by kernel as train.TrainingStep runs it, Adam on all. */
#include "reference.h"

namespace bench {

namespace {

struct Step {
  Lazy<Tables> t;
  float *sums, *linear, *fm, *label, *logit, *dlogit, *workspace, *hyper;
  float *a[LAYERS + 1], *da[LAYERS + 1], *w[LAYERS], *dw[LAYERS], *w1[LAYERS], *w2[LAYERS], *b[LAYERS], *db[LAYERS];
  int64_t *seed;
  double *loss, *loss_workspace;

  explicit Step(const Lazy<Tables> &tables) : t(tables) {
    const int64_t batch = t->batch, chunks = (batch + DS_ROW_CHUNK - 1) / DS_ROW_CHUNK;
    sums = zeros<float>(batch * D);
    linear = zeros<float>(batch);
    fm = zeros<float>(batch);
    label = table<float>(batch, [](int64_t i) { return i % 4 == 0; });
    logit = zeros<float>(batch);
    dlogit = zeros<float>(batch);
    workspace = zeros<float>(chunks * COLUMNS);
    hyper = adam();
    seed = constant(2, int64_t(1));
    loss = zeros<double>(1);
    loss_workspace = zeros<double>(chunks);
    a[0] = t->out;
    da[0] = t->grad;
    for (int i = 0; i < LAYERS; i++) {
      const int64_t n = WIDTH[i] * WIDTH[i + 1];
      w[i] = noise(n, 0.05f);
      dw[i] = zeros<float>(n);
      w1[i] = zeros<float>(n);
      w2[i] = zeros<float>(n);
      b[i] = zeros<float>(WIDTH[i + 1]);
      db[i] = zeros<float>(WIDTH[i + 1]);
      a[i + 1] = zeros<float>(batch * WIDTH[i + 1]);
      da[i + 1] = i + 1 == LAYERS ? dlogit : zeros<float>(batch * WIDTH[i + 1]);
    }
  }
  void layer(int i) const {
    const int64_t k = WIDTH[i], n = WIDTH[i + 1];
    const bool last = i + 1 == LAYERS;
    CALL(matmul, stream, 0, 0, t->batch, n, k, a[i], k, w[i], n, 0, a[i + 1], n);
    CALL(bias_relu_dropout_forward, stream, a[i + 1], b[i], !last, last ? 1.0f : 0.8f, seed, i, t->batch, n);
  }
  void layer_backward(int i) const {
    const int64_t k = WIDTH[i], n = WIDTH[i + 1];
    const bool last = i + 1 == LAYERS;
    CALL(bias_relu_dropout_backward, stream, a[i + 1], !last, last ? 1.0f : 0.8f, da[i + 1], db[i], workspace, t->batch, n);
    CALL(matmul, stream, 1, 0, k, n, t->batch, a[i], k, da[i + 1], n, 0, dw[i], n);
    CALL(matmul, stream, 0, 1, t->batch, k, n, da[i + 1], n, w[i], n, 0, da[i], k);
  }
  void run() const {
    t->group();
    CALL(embedding_gather, stream, t->tables, t->base, t->width, t->column, t->row_count, t->ids, nullptr, nullptr, nullptr, a[0], t->batch, FIELDS, COLUMNS);
    CALL(linear_forward, stream, t->first, t->first_base, t->row_count, t->ids, t->bias, linear, t->batch, FIELDS);
    CALL(fm_forward, stream, a[0], nullptr, sums, fm, t->batch, COLUMNS, D);
    for (int i = 0; i < LAYERS; i++) layer(i);
    CALL(add, stream, linear, fm, logit, t->batch);
    CALL(add, stream, logit, a[LAYERS], logit, t->batch);
    CALL(bce_with_logits, stream, logit, label, loss, dlogit, loss_workspace, t->batch);
    for (int i = LAYERS; i-- > 0;) layer_backward(i);
    CALL(fm_backward, stream, a[0], nullptr, sums, dlogit, da[0], 1, t->batch, COLUMNS, D);
    CALL(embedding_backward, stream, da[0], COLUMNS, nullptr, t->order, t->starts, t->unique, t->counts, t->base, t->width, t->column, nullptr, nullptr, nullptr,
         nullptr, nullptr, t->tables, t->state1, t->state2, nullptr, 0, nullptr, nullptr, DS_ADAM, hyper, t->batch, FIELDS, COLUMNS);
    CALL(embedding_backward, stream, dlogit, 1, nullptr, t->order, t->starts, t->unique, t->counts, t->first_base, t->one, t->zero, nullptr, nullptr, nullptr, nullptr,
         nullptr, t->first, t->first1, t->first2, nullptr, 0, nullptr, nullptr, DS_ADAM, hyper, t->batch, FIELDS, 0);
    for (int i = 0; i < LAYERS; i++) {
      CALL(update_dense, stream, w[i], dw[i], w1[i], w2[i], DS_ADAM, hyper, WIDTH[i] * WIDTH[i + 1]);
      CALL(update_dense, stream, b[i], db[i], nullptr, nullptr, DS_SGD, hyper, WIDTH[i + 1]);
    }
  }
};

} // namespace

void step_cases(const Lazy<Tables> &t, const std::string &shape) {
  const auto step = lazy<Step>(t);
  add("", "DeepFM 400-400-400 step, " + shape, [=] { step->run(); });
}

} // namespace bench
