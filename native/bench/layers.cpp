/* Cases of the kernels of dense layers in training, of the loss and of the dense update. */
#include "reference.h"

namespace bench {

namespace {

/* One layer: x [batch, k] to y [batch, n]. */
struct Layer {
  float *x, *dx, *w, *dw, *state1, *state2, *y, *dy, *bias, *dbias, *gamma, *dgamma, *mean, *inverse_std, *running_mean, *running_variance, *joined,
      *workspace, *hyper;
  int64_t *seed;

  Layer(int64_t batch, int64_t k, int64_t n) {
    x = noise(batch * k, 1);
    dx = zeros<float>(batch * k);
    w = noise(k * n, 0.05f);
    dw = noise(k * n, 0.05f);
    state1 = zeros<float>(k * n);
    state2 = zeros<float>(k * n);
    y = noise(batch * n, 1);
    dy = noise(batch * n, 0.1f);
    bias = zeros<float>(n);
    dbias = zeros<float>(n);
    gamma = constant(n, 1.0f);
    dgamma = zeros<float>(n);
    mean = zeros<float>(n);
    inverse_std = constant(n, 1.0f);
    running_mean = zeros<float>(n);
    running_variance = constant(n, 1.0f);
    joined = zeros<float>(batch * (k + n));
    workspace = zeros<float>((batch + DS_ROW_CHUNK - 1) / DS_ROW_CHUNK * 2 * n);
    hyper = adam();
    seed = constant(2, int64_t(1));
  }
};

struct Logits {
  float *logit, *other, *label, *dlogit;
  double *loss, *workspace;

  explicit Logits(int64_t batch) {
    logit = noise(batch, 4);
    other = noise(batch, 4);
    label = table<float>(batch, [](int64_t i) { return i % 4 == 0; });
    dlogit = zeros<float>(batch);
    loss = zeros<double>(1);
    workspace = zeros<double>((batch + DS_ROW_CHUNK - 1) / DS_ROW_CHUNK);
  }
};

void add_products(const Lazy<Layer> &l, int64_t batch, int64_t k, int64_t n) {
  const std::string shape = std::to_string(batch) + " x " + std::to_string(k) + " x " + std::to_string(n);
  CASE(matmul, "forward, " + shape, 0, 0, batch, n, k, l->x, k, l->w, n, 0, l->y, n);
  CASE(matmul, "weights' gradient, " + shape, 1, 0, k, n, batch, l->x, k, l->dy, n, 0, l->dw, n);
  CASE(matmul, "input's gradient, " + shape, 0, 1, batch, k, n, l->dy, n, l->w, n, 0, l->dx, k);
}

} // namespace

void layer_cases(int64_t batch) {
  const int64_t k = WIDTH[0], n = WIDTH[1];
  const auto first = lazy<Layer>(batch, k, n), second = lazy<Layer>(batch, n, n), l = lazy<Layer>(batch, n, n);
  add_products(first, batch, k, n);
  add_products(second, batch, n, n);
  add_products(lazy<Layer>(8 * batch, 32, 128), 8 * batch, 32, 128); // of attention over eight fields
  add_products(lazy<Layer>(batch, n, 1), batch, n, 1);               // the last layer
  const std::string shape = std::to_string(batch) + " x " + std::to_string(n);
  // In place: where something is dropped, what is kept grows by 1/keep with every call, and reaches infinity. It takes no longer for that.
  CASE(bias_relu_dropout_forward, shape, l->y, l->bias, 1, 1.0f, nullptr, 0, batch, n);
  CASE(bias_relu_dropout_forward, "dropout, " + shape, l->dy, l->bias, 1, 0.8f, l->seed, 0, batch, n);
  CASE(bias_relu_dropout_backward, shape, l->y, 1, 1.0f, l->dy, l->dbias, l->workspace, batch, n);
  CASE(bias_relu_dropout_backward, "dropout, " + shape, l->y, 1, 0.8f, l->dy, l->dbias, l->workspace, batch, n);
  CASE(batch_norm_forward, shape, l->x, l->gamma, l->bias, l->y, l->mean, l->inverse_std, l->running_mean, l->running_variance, 0.1f, 1e-5f, l->workspace,
       batch, n);
  CASE(batch_norm_inference, shape, l->x, l->gamma, l->bias, l->running_mean, l->running_variance, 1e-5f, l->y, batch, n);
  CASE(batch_norm_backward, shape, l->x, l->gamma, l->mean, l->inverse_std, l->y, l->dx, l->dgamma, l->dbias, l->workspace, batch, n);
  const std::string both = std::to_string(batch) + " x (" + std::to_string(k) + " + " + std::to_string(n) + ")";
  CASE(concat_forward, both, first->x, first->y, first->joined, batch, k, n);
  CASE(concat_backward, both, first->joined, first->dx, 0, first->dy, 0, batch, k, n);

  const std::string weights = std::to_string(k) + " x " + std::to_string(n);
  const auto update = [&](const std::string &rule, int number) {
    CASE(update_dense, rule + weights, first->w, first->dw, first->state1, first->state2, number, first->hyper, k * n);
  };
  update("SGD, ", DS_SGD);
  update("Adagrad, ", DS_ADAGRAD);
  update("Adam, ", DS_ADAM);

  const auto z = lazy<Logits>(batch);
  const std::string rows = std::to_string(batch);
  CASE(add, rows, z->logit, z->other, z->dlogit, batch);
  CASE(bce_with_logits, rows, z->logit, z->label, z->loss, z->dlogit, z->workspace, batch);
  CASE(sigmoid, rows, z->logit, z->dlogit, batch);
}

} // namespace bench
