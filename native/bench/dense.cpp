/*
 * Times the kernels of scoring through the C ABI: dimsieve_dense_bench <library> <variant> [threads] [GiB of the large table] [part of a case's name]
 * variant: an instruction set, or - for the best there is; threads: 0 for none but the caller.
 *
 * The model is DeepFM 39 x 16, 400-400-400. Every call is timed by itself, those of all cases in turn, so that what disturbs the machine disturbs all; least,
 * median and 99th percentile in microseconds, rates from the median. Weights are warm in whatever cache holds 2.3 MB; each gather reads other rows.
 */
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "dimsieve_loader.h"

namespace {

constexpr int32_t FIELDS = 39, D = 16, COLUMNS = FIELDS * D;
constexpr int64_t WIDTH[] = {COLUMNS, 400, 400, 400, 1};
constexpr int LAYERS = 4;
constexpr double SECONDS = 0.5; // a case

const ds_backend *backend;
ds_stream stream = nullptr;
std::mt19937_64 generator(1);

void check(int status, const char *what) {
  if (status == DS_OK) return;
  std::fprintf(stderr, "%s: status %d\n", what, status);
  std::exit(1);
}
#define CALL(name, ...) check(backend->name(__VA_ARGS__), #name)

template <class T>
T *memory(int64_t n) {
  ds_address p = nullptr;
  CALL(allocate, n * (int64_t)sizeof(T), &p);
  return static_cast<T *>(p);
}

float *noise(int64_t n, float scale) {
  float *p = memory<float>(n);
  for (int64_t i = 0; i < n; i++) p[i] = scale * (float)((double)(generator() >> 11) * 0x1p-52 - 1);
  return p;
}

struct Case {
  std::string name;
  double bytes, flops;
  std::function<void()> call;
  int64_t repeats = 1; // calls that are timed as one
  std::vector<double> seconds;
};
std::vector<Case> cases;
std::string wanted; // part of the names of cases to run

void add(std::string name, double bytes, double flops, std::function<void()> call, int64_t repeats = 1) {
  if (name.find(wanted) != std::string::npos) cases.push_back({std::move(name), bytes, flops, std::move(call), repeats, {}});
}

double timed(const Case &c) {
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < c.repeats; i++) c.call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / (double)c.repeats;
}

/* The layers of an MLP; He's initial values, so that about half of what passes a ReLU is zero. */
struct Mlp {
  float *w[LAYERS], *bias[LAYERS], *scale[LAYERS], *a[LAYERS + 1];
  int32_t *packed[LAYERS], *workspace;

  explicit Mlp(int64_t batch) {
    workspace = memory<int32_t>(batch * (COLUMNS / 4 + 2));
    a[0] = noise(batch * COLUMNS, 1);
    for (int i = 0; i < LAYERS; i++) {
      const int64_t k = WIDTH[i], n = WIDTH[i + 1];
      w[i] = noise(k * n, std::sqrt(6.0f / (float)k));
      bias[i] = memory<float>(n);
      scale[i] = memory<float>(n);
      packed[i] = memory<int32_t>((k + 3) / 4 * n);
      a[i + 1] = memory<float>(batch * n);
      CALL(dense_i8_pack, nullptr, w[i], packed[i], scale[i], k, n);
    }
    for (int i = 0; i < LAYERS; i++) layer(i, batch);
  }
  void layer(int i, int64_t batch) {
    CALL(dense_forward, stream, a[i], WIDTH[i], w[i], nullptr, bias[i], i + 1 < LAYERS, a[i + 1], WIDTH[i + 1], batch, WIDTH[i], WIDTH[i + 1]);
  }
  void bytes_layer(int i, int64_t batch) {
    CALL(dense_i8_forward, stream, a[i], WIDTH[i], packed[i], scale[i], bias[i], i + 1 < LAYERS, workspace, a[i + 1], WIDTH[i + 1], batch, WIDTH[i], WIDTH[i + 1]);
  }
};

void add_mlp(int64_t batch) {
  auto *mlp = new Mlp(batch);
  const std::string rows = ", " + std::to_string(batch) + (batch == 1 ? " row" : " rows");
  double all = 0;
  for (int i = 0; i < LAYERS; i++) {
    const double weights = (double)(WIDTH[i] * WIDTH[i + 1]);
    all += weights;
    const std::string shape = std::to_string(WIDTH[i]) + "x" + std::to_string(WIDTH[i + 1]) + rows;
    add("dense " + shape, 4 * weights, 2 * weights * (double)batch, [=] { mlp->layer(i, batch); });
    add("dense_i8 " + shape, weights, 2 * weights * (double)batch, [=] { mlp->bytes_layer(i, batch); });
  }
  add("MLP f32" + rows, 4 * all, 2 * all * (double)batch, [=] {
    for (int i = 0; i < LAYERS; i++) mlp->layer(i, batch);
  });
  add("MLP i8" + rows, all, 2 * all * (double)batch, [=] {
    for (int i = 0; i < LAYERS; i++) mlp->bytes_layer(i, batch);
  });
}

/* Whole tables of rows_per_field rows of D floats. */
void add_gather(const char *name, int64_t rows_per_field, int64_t batch) {
  constexpr int64_t DRAWS = 1 << 16;
  const int64_t floats = FIELDS * rows_per_field * D;
  auto *data = reinterpret_cast<uint8_t *>(memory<float>(floats));
  for (int64_t i = 0; i < floats; i += 1024) reinterpret_cast<float *>(data)[i] = 1;
  auto *descriptors = memory<int64_t>(FIELDS * DS_PACKED);
  for (int32_t f = 0; f < FIELDS; f++) {
    const int64_t all[] = {DS_DENSE, DS_F32, rows_per_field, D, f * D, 4 * f * rows_per_field * D, 0, 0};
    std::copy(all, all + DS_PACKED, descriptors + f * DS_PACKED);
  }
  auto *ids = memory<int32_t>(DRAWS * FIELDS);
  for (int64_t i = 0; i < DRAWS * FIELDS; i++) ids[i] = (int32_t)(generator() % (uint64_t)rows_per_field);
  auto *out = memory<float>(batch * COLUMNS);
  auto *at = new int64_t(0);
  add(std::string("packed_gather ") + name + ", rows " + std::to_string(batch), (double)batch * COLUMNS * 8, 0, [=] {
    CALL(packed_gather, stream, data, descriptors, ids + *at * FIELDS, out, batch, FIELDS, COLUMNS);
    *at = (*at + batch) % (DRAWS - batch);
  });
}

void add_small() {
  float *e = noise(COLUMNS, 1), *sums = memory<float>(D), *out = memory<float>(400), *bias = memory<float>(400), *x = noise(400, 1);
  int64_t rows = 26000;
  float *weights = noise(FIELDS * rows, 1);
  auto *base = memory<int64_t>(FIELDS), *counts = memory<int64_t>(FIELDS);
  auto *ids = memory<int32_t>(FIELDS), *identity = memory<int32_t>(COLUMNS);
  for (int32_t f = 0; f < FIELDS; f++) {
    base[f] = f * rows;
    counts[f] = rows;
    ids[f] = (int32_t)(generator() % (uint64_t)rows);
  }
  for (int32_t c = 0; c < COLUMNS; c++) identity[c] = c % D;
  constexpr int64_t MANY = 100;
  add("linear_forward, 1 row", FIELDS * 8, FIELDS, [=] { CALL(linear_forward, stream, weights, base, counts, ids, bias, out, 1, FIELDS); }, MANY);
  add("fm_forward, 1 row", COLUMNS * 4, COLUMNS * 3, [=] { CALL(fm_forward, stream, e, nullptr, sums, out, 1, COLUMNS, D); }, MANY);
  add("fm_forward with places, 1 row", COLUMNS * 8, COLUMNS * 3, [=] { CALL(fm_forward, stream, e, identity, sums, out, 1, COLUMNS, D); }, MANY);
  add("bias_relu_dropout_forward 400, 1 row", 3200, 800, [=] { CALL(bias_relu_dropout_forward, stream, x, bias, 1, 1.0f, nullptr, 0, 1, 400); }, MANY);
  add("add, 1 row", 12, 1, [=] { CALL(add, stream, out, bias, out, 1); }, MANY);
  add("sigmoid, 1 row", 8, 20, [=] { CALL(sigmoid, stream, e, out, 1); }, MANY);
}

} // namespace

int main(int count, char **arguments) {
  if (count < 3) {
    std::fprintf(stderr, "usage: dimsieve_dense_bench <library> <variant> [threads] [GiB of the large table] [part of a case's name]\n");
    return 2;
  }
  char text[512] = "";
  backend = static_cast<const ds_backend *>(ds_open(arguments[1], std::string(arguments[2]) == "-" ? nullptr : arguments[2], text, sizeof text));
  if (!backend) {
    std::fprintf(stderr, "%s\n", text);
    return 1;
  }
  CALL(probe, text, sizeof text);
  const int threads = count > 3 ? std::atoi(arguments[3]) : 0;
  const double large = count > 4 ? std::atof(arguments[4]) : 2;
  if (count > 5) wanted = arguments[5];
  if (threads > 0) CALL(stream_create, threads, &stream);
  for (int64_t batch : {1, 2, 4, 8, 16, 256}) add_mlp(batch);
  add_small();
  for (int64_t batch : {1, 4, 64}) {
    add_gather("39 x 10 x 16", 10, batch);
    add_gather("39 x 26,000 x 16", 26000, batch);
    if (large > 0) add_gather("large", (int64_t)(large * 0x1p30 / (4.0 * COLUMNS)), batch);
  }
  double spent = 0;
  for (Case &each : cases) timed(each);
  while (spent < SECONDS * (double)cases.size())
    for (Case &each : cases) {
      timed(each); // what the case before left in the caches
      double here = 0;
      for (int i = 0; i < 50 && here < 0.01; i++) {
        each.seconds.push_back(timed(each));
        here += each.seconds.back() * (double)each.repeats;
      }
      spent += here;
    }
  std::printf("%s, %d threads\n| case | least us | p50 | p99 | GB/s | GFLOP/s |\n|---|---|---|---|---|---|\n", text, threads);
  for (Case &each : cases) {
    std::vector<double> &s = each.seconds;
    std::sort(s.begin(), s.end());
    const double median = s[s.size() / 2];
    std::printf("| %s | %.2f | %.2f | %.2f | %.1f | %.1f |\n", each.name.c_str(), s[0] * 1e6, median * 1e6, s[s.size() * 99 / 100] * 1e6, each.bytes / median * 1e-9,
                each.flops / median * 1e-9);
  }
  return 0;
}
