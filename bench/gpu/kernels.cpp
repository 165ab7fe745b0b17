/*
 * Times the kernels of a back end through its C ABI: kernels <library> <variant> <blas library> <batch> <rows per field> <result folder>
 * variant: an instruction set, or - for the best there is; blas library: a path or name to bind, or - for none. Works on the CPU library too.
 *
 * Reference work (PERFORMANCE.md): 39 fields, D = 16, zipf ids, DeepFM 400-400-400. A figure is the median of ROUNDS rounds of as many calls as fill
 * ROUND_SECONDS, one wait at the end of a round; the rounds of all kernels alternate. Bytes and flops are the least that the kernel must move and do, as
 * counted at the head of its file. Ceilings, in the same run: a copy on the device (read + written), and the product of two 8192² (CPU: 2048²) matrices.
 */
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "dimsieve_loader.h"

namespace {

constexpr int ROUNDS = 7;
constexpr double ROUND_SECONDS = 0.05;
constexpr int32_t FIELDS = 39, D = 16, COLUMNS = FIELDS * D;
constexpr int64_t HIDDEN[] = {COLUMNS, 400, 400, 400, 1};
constexpr int LAYERS = 4;

const ds_backend *backend;
ds_stream stream;

void check(int status, const char *what) {
  if (status == DS_OK) return;
  std::fprintf(stderr, "%s: status %d\n", what, status);
  std::exit(1);
}
#define CALL(name, ...) check(backend->name(__VA_ARGS__), #name)

/* An array on the device; it lives as long as the program. */
template <class T>
T *device(int64_t n) {
  ds_address p = nullptr;
  CALL(allocate, n * (int64_t)sizeof(T), &p);
  return static_cast<T *>(p);
}
template <class T>
T *device(const std::vector<T> &values) {
  T *p = device<T>((int64_t)values.size());
  CALL(copy_in, stream, p, values.data(), (int64_t)(values.size() * sizeof(T)));
  CALL(stream_synchronize, stream);
  return p;
}
std::mt19937_64 generator(1);
float *noise(int64_t n, float scale) {
  std::vector<float> values((size_t)n);
  for (float &x : values) x = scale * (float)((double)(generator() >> 11) * 0x1p-52 - 1);
  return device(values);
}

struct Case {
  std::string name;
  double bytes, flops;
  std::function<void()> call;
  int64_t calls = 1;
  std::vector<double> seconds;
  double median() const {
    std::vector<double> s = seconds;
    std::sort(s.begin(), s.end());
    return s[s.size() / 2];
  }
};

double timed(const Case &c, int64_t calls) {
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < calls; i++) c.call();
  CALL(stream_synchronize, stream);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / (double)calls;
}

/* Everything of one embedding problem and one DeepFM on the device. */
struct Work {
  int64_t batch, rows, touched = 0;
  std::vector<int64_t> base, row_count, square;
  std::vector<int32_t> width, column, zeros;
  int64_t *d_base, *d_first_base, *d_rows, *d_square, *seed;
  int32_t *d_width, *d_one, *d_column, *d_zero, *identity, *ids, *order, *scratch, *starts, *unique, *counts;
  float *tables, *state1, *state2, *first, *first1, *first2, *mask, *mask_grad, *workspace, *hyper, *matrix, *scale, *e, *de, *sums, *linear, *fm, *bias, *label,
      *logit, *dlogit;
  double *gram, *penalty, *loss, *loss_workspace;
  float *layer[LAYERS + 1], *dlayer[LAYERS + 1], *w[LAYERS], *dw[LAYERS], *w1[LAYERS], *w2[LAYERS], *b[LAYERS], *db[LAYERS];

  Work(int64_t batch_size, int64_t rows_per_field) : batch(batch_size), rows(rows_per_field) {
    std::vector<int64_t> first_base;
    std::vector<int32_t> identities;
    for (int32_t f = 0; f < FIELDS; f++) {
      base.push_back(f * rows * D);
      first_base.push_back(f * rows);
      row_count.push_back(rows);
      square.push_back(f * D * D);
      width.push_back(D);
      column.push_back(f * D);
      for (int32_t j = 0; j < D; j++) identities.push_back(j);
    }
    std::vector<int32_t> host((size_t)(batch * FIELDS));
    std::vector<std::vector<bool>> seen((size_t)FIELDS, std::vector<bool>((size_t)rows));
    for (size_t i = 0; i < host.size(); i++) {
      // P(id) falls as 1 / id: the inverse of ln(1 + id) / ln(1 + rows)
      const double u = (double)(generator() >> 11) * 0x1p-53;
      host[i] = (int32_t)std::min<double>((double)rows - 1, std::exp(u * std::log((double)rows + 1)) - 1);
      auto bit = seen[i % FIELDS][(size_t)host[i]];
      touched += !bit;
      seen[i % FIELDS][(size_t)host[i]] = true;
    }
    d_base = device(base);
    d_first_base = device(first_base);
    d_rows = device(row_count);
    d_square = device(square);
    d_width = device(width);
    d_one = device(std::vector<int32_t>(FIELDS, 1));
    d_column = device(column);
    d_zero = device(std::vector<int32_t>(FIELDS, 0));
    identity = device(identities);
    ids = device(host);
    seed = device(std::vector<int64_t>{1, 1});
    order = device<int32_t>(batch * FIELDS);
    scratch = device<int32_t>(batch * FIELDS);
    starts = device<int32_t>((batch + 1) * FIELDS);
    unique = device<int32_t>(batch * FIELDS);
    counts = device<int32_t>(FIELDS);
    tables = noise(std::min<int64_t>(rows * FIELDS * D, 1 << 24), 0.01f);
    if (rows * FIELDS * D > 1 << 24) tables = device<float>(rows * FIELDS * D); // zeros; gathers do not care
    state1 = device<float>(rows * FIELDS * D);
    state2 = device<float>(rows * FIELDS * D);
    first = device<float>(rows * FIELDS);
    first1 = device<float>(rows * FIELDS);
    first2 = device<float>(rows * FIELDS);
    mask = device(std::vector<float>(COLUMNS, 1));
    mask_grad = device<float>(COLUMNS);
    const int64_t chunks = batch / DS_GROUP_CHUNK + 1;
    workspace = device<float>(std::max<int64_t>(chunks * (COLUMNS + FIELDS * D * D), (int64_t)DS_GRAM_PARTS * FIELDS * D * D));
    hyper = device(std::vector<float>{1e-3f, 0.9f, 0.999f, 1e-8f, 0, 1, 0, 0});
    matrix = device<float>(FIELDS * D * D);
    scale = device(std::vector<float>(FIELDS, 0.1f));
    gram = device<double>(FIELDS * D * D);
    penalty = device<double>(FIELDS);
    e = noise(batch * COLUMNS, 0.1f);
    de = noise(batch * COLUMNS, 0.1f);
    sums = device<float>(batch * D);
    linear = device<float>(batch);
    fm = device<float>(batch);
    bias = device<float>(1);
    std::vector<float> labels((size_t)batch);
    for (float &x : labels) x = (float)(generator() & 1);
    label = device(labels);
    logit = device<float>(batch);
    dlogit = device<float>(batch);
    loss = device<double>(1);
    loss_workspace = device<double>(2 * chunks + 64);
    for (int i = 0; i < LAYERS; i++) {
      const int64_t n = HIDDEN[i] * HIDDEN[i + 1];
      w[i] = noise(n, 0.05f);
      dw[i] = device<float>(n);
      w1[i] = device<float>(n);
      w2[i] = device<float>(n);
      b[i] = device<float>(HIDDEN[i + 1]);
      db[i] = device<float>(HIDDEN[i + 1]);
      layer[i + 1] = device<float>(batch * HIDDEN[i + 1]);
      dlayer[i + 1] = i + 1 == LAYERS ? dlogit : device<float>(batch * HIDDEN[i + 1]);
    }
    layer[0] = e;
    dlayer[0] = de;
  }

  void gather(const float *m) {
    CALL(embedding_gather, stream, tables, d_base, d_width, d_column, d_rows, ids, m, nullptr, nullptr, e, batch, FIELDS, COLUMNS);
  }
  void group() { CALL(embedding_group, stream, d_rows, ids, order, scratch, starts, unique, counts, batch, FIELDS); }
  void backward(float *mask_gradient, const float *regular) {
    CALL(embedding_backward, stream, de, COLUMNS, order, starts, unique, counts, d_base, d_width, d_column, mask_gradient ? mask : nullptr, nullptr, nullptr,
         regular, d_square, tables, state1, state2, mask_gradient, 0, nullptr, workspace, DS_ADAM, hyper, batch, FIELDS, COLUMNS);
  }
  void first_order() {
    CALL(embedding_backward, stream, dlogit, 1, order, starts, unique, counts, d_first_base, d_one, d_zero, nullptr, nullptr, nullptr, nullptr, nullptr, first,
         first1, first2, nullptr, 0, nullptr, workspace, DS_ADAM, hyper, batch, FIELDS, FIELDS);
  }
  void grams() { CALL(gram, stream, tables, d_base, d_width, d_rows, 0, d_square, gram, workspace, FIELDS); }
  void regularity() {
    CALL(regularity, stream, gram, d_square, d_width, d_column, nullptr, scale, DS_SO_NORMALIZED, matrix, penalty, FIELDS);
  }
  void dense_layer(int i) {
    CALL(matmul, stream, 0, 0, batch, HIDDEN[i + 1], HIDDEN[i], layer[i], HIDDEN[i], w[i], HIDDEN[i + 1], 0, layer[i + 1], HIDDEN[i + 1]);
  }
  void activation(int i) {
    const bool last = i + 1 == LAYERS;
    CALL(bias_relu_dropout_forward, stream, layer[i + 1], b[i], !last, last ? 1.0f : 0.8f, seed, i, batch, HIDDEN[i + 1]);
  }
  void activation_backward(int i) {
    const bool last = i + 1 == LAYERS;
    CALL(bias_relu_dropout_backward, stream, layer[i + 1], !last, last ? 1.0f : 0.8f, dlayer[i + 1], db[i], workspace, batch, HIDDEN[i + 1]);
  }
  void dense_backward(int i) {
    CALL(matmul, stream, 1, 0, HIDDEN[i], HIDDEN[i + 1], batch, layer[i], HIDDEN[i], dlayer[i + 1], HIDDEN[i + 1], 0, dw[i], HIDDEN[i + 1]);
    CALL(matmul, stream, 0, 1, batch, HIDDEN[i], HIDDEN[i + 1], dlayer[i + 1], HIDDEN[i + 1], w[i], HIDDEN[i + 1], 0, dlayer[i], HIDDEN[i]);
  }
  /* DeepFM: forward, backward, updates. */
  void step() {
    group();
    gather(nullptr);
    CALL(linear_forward, stream, first, d_first_base, d_rows, ids, bias, linear, batch, FIELDS);
    CALL(fm_forward, stream, e, identity, sums, fm, batch, COLUMNS, D);
    for (int i = 0; i < LAYERS; i++) {
      dense_layer(i);
      activation(i);
    }
    CALL(add, stream, linear, fm, logit, batch);
    CALL(add, stream, logit, layer[LAYERS], logit, batch);
    CALL(bce_with_logits, stream, logit, label, loss, dlogit, loss_workspace, batch);
    for (int i = LAYERS; i-- > 0;) {
      activation_backward(i);
      dense_backward(i);
    }
    CALL(fm_backward, stream, e, identity, sums, dlogit, de, 1, batch, COLUMNS, D);
    backward(nullptr, nullptr);
    first_order();
    for (int i = 0; i < LAYERS; i++) {
      CALL(update_dense, stream, w[i], dw[i], w1[i], w2[i], DS_ADAM, hyper, HIDDEN[i] * HIDDEN[i + 1]);
      CALL(update_dense, stream, b[i], db[i], db[i], db[i], DS_SGD, hyper, HIDDEN[i + 1]);
    }
  }
};

} // namespace

int main(int count, char **arguments) {
  if (count != 7) {
    std::fprintf(stderr, "usage: kernels <library> <variant or -> <blas library or -> <batch> <rows per field> <result folder>\n");
    return 2;
  }
  const auto given = [&](int i) { return std::strcmp(arguments[i], "-") ? arguments[i] : nullptr; };
  char text[512] = "";
  backend = static_cast<const ds_backend *>(ds_open(arguments[1], given(2), text, sizeof text));
  if (!backend || backend->probe(text, sizeof text)) {
    std::fprintf(stderr, "%s: %s\n", arguments[1], text);
    return 77;
  }
  const std::string runs_on = text;
  const bool cuda = runs_on.rfind("cuda", 0) == 0;
  CALL(stream_create, 2, &stream);
  if (given(3)) {
    check(backend->blas_bind(arguments[3], text, sizeof text), text);
  }
  Work work(std::atoll(arguments[4]), std::atoll(arguments[5]));
  const double positions = (double)(work.batch * FIELDS), rows = (double)work.touched, all_rows = (double)work.rows * FIELDS;
  const int64_t side = cuda ? 8192 : 2048, copied = int64_t(1) << (cuda ? 31 : 28);
  float *from = device<float>(copied / 4), *to = device<float>(copied / 4);
  float *a = noise(side * side, 1), *b = noise(side * side, 1), *c = device<float>(side * side);
  const double hidden = 400.0 * (double)work.batch;
  double weights = 0;
  for (int i = 0; i < LAYERS; i++) weights += (double)(HIDDEN[i] * HIDDEN[i + 1]);

  std::vector<Case> cases;
  const auto add = [&](const char *name, double bytes, double flops, std::function<void()> call) { cases.push_back({name, bytes, flops, std::move(call), 1, {}}); };
  add("copy on the device", 2.0 * (double)copied, 0, [&] { CALL(copy_in, stream, to, from, copied); });
  add("matrix product", 0, 2.0 * std::pow((double)side, 3), [&] { CALL(matmul, stream, 0, 0, side, side, side, a, side, b, side, 0, c, side); });
  add("embedding_gather", positions * (4 + 8 * D), 0, [&] { work.gather(nullptr); });
  add("embedding_gather, masked", positions * (4 + 8 * D), positions * D, [&] { work.gather(work.mask); });
  add("embedding_group", positions * 16, 0, [&] { work.group(); });
  add("embedding_backward, Adam", positions * (4 + 4 * D) + rows * (8 + 24 * D), positions * D + rows * 12 * D, [&] { work.backward(nullptr, nullptr); });
  add("embedding_backward, Adam, mask gradient", positions * (4 + 4 * D) + rows * (8 + 24 * D), positions * D + rows * 14 * D,
      [&] { work.backward(work.mask_grad, nullptr); });
  add("embedding_backward, Adam, mask gradient, regularity", positions * (4 + 4 * D) + rows * (8 + 24 * D), positions * D + rows * (14 * D + 2 * D * D),
      [&] { work.backward(work.mask_grad, work.matrix); });
  add("gram", all_rows * 4 * D, all_rows * D * (D + 1), [&] { work.grams(); });
  add("regularity", 0, 0, [&] { work.regularity(); });
  add("linear_forward", positions * 8, positions, [&] {
    CALL(linear_forward, stream, work.first, work.d_first_base, work.d_rows, work.ids, work.bias, work.linear, work.batch, FIELDS);
  });
  add("fm_forward", positions * 4 * D, positions * 3 * D,
      [&] { CALL(fm_forward, stream, work.e, work.identity, work.sums, work.fm, work.batch, COLUMNS, D); });
  add("fm_backward", positions * 8 * D, positions * 2 * D,
      [&] { CALL(fm_backward, stream, work.e, work.identity, work.sums, work.dlogit, work.de, 0, work.batch, COLUMNS, D); });
  add("bias_relu_dropout_forward, 400", hidden * 8, hidden * 3, [&] { work.activation(1); });
  add("bias_relu_dropout_backward, 400", hidden * 12, hidden * 2, [&] { work.activation_backward(1); });
  add("bce_with_logits", (double)work.batch * 12, (double)work.batch * 20,
      [&] { CALL(bce_with_logits, stream, work.logit, work.label, work.loss, work.dlogit, work.loss_workspace, work.batch); });
  add("update_dense, Adam", weights * 28, weights * 12, [&] {
    for (int i = 0; i < LAYERS; i++)
      CALL(update_dense, stream, work.w[i], work.dw[i], work.w1[i], work.w2[i], DS_ADAM, work.hyper, HIDDEN[i] * HIDDEN[i + 1]);
  });
  add("DeepFM 400-400-400 step", 0, 6 * weights * (double)work.batch, [&] { work.step(); });

  for (Case &each : cases) {
    work.group(); // the backward kernels walk along it
    timed(each, 1);
    timed(each, 2);
    each.calls = std::max<int64_t>(1, (int64_t)(ROUND_SECONDS / timed(each, 3)));
  }
  for (int round = 0; round < ROUNDS; round++)
    for (Case &each : cases) each.seconds.push_back(timed(each, each.calls));

  const double copy_rate = cases[0].bytes / cases[0].median(), product_rate = cases[1].flops / cases[1].median();
  const std::string name = std::string(arguments[6]) + "/kernels-" + arguments[4] + "x" + arguments[5];
  std::ofstream markdown(name + ".md"), json(name + ".json");
  char line[512];
  std::snprintf(line, sizeof line, "%s; batch %lld, %d fields of %lld rows, D = %d, %lld rows touched\n\n", runs_on.c_str(), (long long)work.batch, FIELDS,
                (long long)work.rows, D, (long long)work.touched);
  markdown << line << "| kernel | median µs | min µs | GB/s | of the copy | GFLOP/s | of the product |\n|---|---|---|---|---|---|---|\n";
  json << "{\"device\": \"" << runs_on << "\", \"batch\": " << work.batch << ", \"rows\": " << work.rows << ", \"kernels\": [";
  for (size_t i = 0; i < cases.size(); i++) {
    const Case &each = cases[i];
    const double s = each.median(), least = *std::min_element(each.seconds.begin(), each.seconds.end());
    std::snprintf(line, sizeof line, "| %s | %.2f | %.2f | %.0f | %.0f %% | %.0f | %.0f %% |\n", each.name.c_str(), s * 1e6, least * 1e6, each.bytes / s * 1e-9,
                  100 * each.bytes / s / copy_rate, each.flops / s * 1e-9, 100 * each.flops / s / product_rate);
    markdown << line;
    std::fputs(line, stdout);
    std::snprintf(line, sizeof line, "%s\n{\"name\": \"%s\", \"seconds\": %.9f, \"least\": %.9f, \"bytes\": %.0f, \"flops\": %.0f}", i ? "," : "",
                  each.name.c_str(), s, least, each.bytes, each.flops);
    json << line;
  }
  json << "\n]}\n";
  return markdown && json ? 0 : 1;
}
