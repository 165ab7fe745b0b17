/*
 * Adaptively-masked twins-based layer (AMTL); formulas, layout and workspace stand in cpu/twin_mask.cpp.
 *
 * forward: a warp per class, a lane per output of a layer; inputs ascending. 4 bytes of weights a flop pair, from the L1 cache.
 * rows: a thread per row. 20 bytes a row.
 * gradient: a block per (field, one in SLICES of its classes) lists the groups of its classes in order, TILE groups at a time. Teams of lanes_for(quads of a row)
 * threads make e ⊙ Σ δê of the listed groups in shared memory, positions ascending (groups longer than LONGEST by the block, by halves); then each team
 * adds what belongs to its classes to dm, groups ascending. 4 bytes per position and column; 8 per group and slice.
 * backward: a block per (DS_CLASS_CHUNK classes, twin) holds δ of all units of as many classes as shared memory has room for: a thread per class for the
 * logits, a thread per (unit, class) for hidden ones, a thread per weight for the sum over classes, ascending; chunks are added by a second kernel, in order.
 * All has the bits of the CPU, but for groups longer than LONGEST.
 */
#include "exp_log.h"
#include "lane_sum.h"
#include "position_sum.h"

namespace ds {
namespace cuda {

namespace {

constexpr int32_t MAX_HIDDEN = 256, MAX_OUTPUTS = 65, MAX_D = 64;
constexpr int BLOCK = 256;
constexpr int WARPS = BLOCK / WARP;
constexpr int SLICES = 16;
constexpr int TILE = 1024;
constexpr int ROOM = 8192; // floats of δ in shared memory
constexpr int BLOCKS = 8;  // per multiprocessor, when all rows are written

/* Sizes of the twins and where a twin's arrays begin. */
struct Twins {
  int32_t inputs, hidden1, hidden2, outputs;
  __host__ __device__ int64_t hidden() const { return hidden1 + hidden2; }
  __host__ __device__ int64_t b1() const { return (int64_t)inputs * hidden1; }
  __host__ __device__ int64_t w2() const { return b1() + hidden1; }
  __host__ __device__ int64_t b2() const { return w2() + (int64_t)hidden1 * hidden2; }
  __host__ __device__ int64_t w3() const { return b2() + hidden2; }
  __host__ __device__ int64_t b3() const { return w3() + (int64_t)hidden2 * outputs; }
  __host__ __device__ int64_t weights() const { return b3() + outputs; }
  bool valid() const {
    return inputs > 0 && hidden1 > 0 && hidden1 <= MAX_HIDDEN && hidden2 > 0 && hidden2 <= MAX_HIDDEN && outputs > 0 && outputs <= MAX_OUTPUTS;
  }
};

struct Forward {
  const float *attributes, *alpha, *weights;
  float *hidden, *logits;
  int32_t *k;
  int32_t fewest;
  Twins t;
  int64_t classes;
};

/* b_j + Σ_i x_i W_ij */
__device__ float dense(const float *x, int32_t in, const float *w, const float *b, int32_t out, int32_t j) {
  float s = b[j];
  for (int32_t i = 0; i < in; i++) s = s + x[i] * w[(int64_t)i * out + j];
  return s;
}

/* A layer with ReLU, by a warp. */
__device__ void dense_relu(const float *x, int32_t in, const float *w, const float *b, int32_t out, float *y) {
  for (int32_t j = threadIdx.x % WARP; j < out; j += WARP) y[j] = larger(dense(x, in, w, b, out, j), 0.0f);
  __syncwarp();
}

__global__ void forward_classes(Forward p) {
  const Twins &t = p.t;
  const int lane = threadIdx.x % WARP;
  const int64_t warps = (int64_t)gridDim.x * blockDim.x / WARP;
  for (int64_t c = thread_of_grid() / WARP; c < p.classes; c += warps) {
    float *const h = p.hidden + 2 * c * t.hidden(), *const o = p.logits + c * t.outputs;
    for (int i = 0; i < 2; i++) {
      const float *w = p.weights + i * t.weights();
      float *const h1 = h + i * t.hidden(), *const h2 = h1 + t.hidden1;
      dense_relu(p.attributes + c * t.inputs, t.inputs, w, w + t.b1(), t.hidden1, h1);
      dense_relu(h1, t.hidden1, w + t.w2(), w + t.b2(), t.hidden2, h2);
    }
    const float *w = p.weights + t.w3(), *b = p.weights + t.b3(), *h2 = h + t.hidden1;
    const float high = p.alpha[c], low = 1.0f - high;
    float best = -INFINITY; // the first of the largest; output 0 where there is none
    int32_t at = MAX_OUTPUTS;
    for (int32_t j = lane; j < t.outputs; j += WARP) {
      const float x = high * dense(h2, t.hidden2, w, b, t.outputs, j) +
                      low * dense(h2 + t.hidden(), t.hidden2, w + t.weights(), b + t.weights(), t.outputs, j);
      o[j] = x;
      if (x > best || (j == 0 && !(x == x))) {
        best = x == x ? x : INFINITY; // nothing is above a NaN in place 0
        at = j;
      }
    }
    for (int other = WARP / 2; other > 0; other /= 2) {
      const float x = __shfl_xor_sync(ALL_LANES, best, other);
      const int32_t j = __shfl_xor_sync(ALL_LANES, at, other);
      if (x > best || (x == best && j < at)) {
        best = x;
        at = j;
      }
    }
    if (lane == 0) p.k[c] = p.fewest + (at < t.outputs ? at : 0);
  }
}

__device__ int64_t prefix(int32_t k) { return k >= 64 ? -1 : (int64_t)(((uint64_t)1 << k) - 1); }

struct Rows {
  const int32_t *k, *class_of_row;
  const int64_t *row_base;
  const int32_t *unique, *counts;
  int64_t *row_mask;
  int64_t batch;
  int32_t fields;
  __device__ void write(int64_t r) const { row_mask[r] = prefix(k[class_of_row[r]]); }
};

__global__ void write_all(Rows p) {
  grid_stride(p.row_base[p.fields], [&](int64_t r) { p.write(r); });
}

__global__ void write_batch(Rows p) {
  grid_stride(p.batch * p.fields, [&](int64_t i) {
    const int64_t f = i / p.batch;
    if (i - f * p.batch < p.counts[f]) p.write(p.row_base[f] + p.unique[i]);
  });
}

struct Gradient {
  const float *grad;
  int64_t grad_stride;
  const int32_t *order, *starts, *unique, *counts;
  const int64_t *base;
  const int32_t *column;
  const float *tables;
  const int32_t *class_of_row;
  const int64_t *row_base;
  const int32_t *class_base;
  float *dm;
  int32_t d;
  int64_t batch;
};

/* Groups of this block's classes in a tile: their numbers and classes, counted from the field's first. */
struct List {
  int32_t group[TILE], of[TILE];
  unsigned longest[TILE / 32]; // a bit for each with more than LONGEST positions
  int counted[WARPS];
};

/* Appends, in the order of threads, the groups of those whose class is one of the slice; how many the list has then. For whole blocks. */
__device__ int append(List &list, int listed, int32_t u, int32_t of, bool belongs) {
  const int warp = (int)threadIdx.x / WARP, lane = (int)threadIdx.x % WARP;
  const unsigned votes = __ballot_sync(ALL_LANES, belongs);
  if (lane == 0) list.counted[warp] = __popc(votes);
  __syncthreads();
  int at = listed;
  for (int w = 0; w < WARPS; w++) {
    if (w < warp) at += list.counted[w];
    listed += list.counted[w];
  }
  if (belongs) {
    at += __popc(votes & ((1u << lane) - 1));
    list.group[at] = u;
    list.of[at] = of;
  }
  __syncthreads();
  return listed;
}

__global__ void class_gradients(Gradient p) {
  __shared__ List list;
  __shared__ Quad products[TILE], sums[BLOCK];
  const int thread = (int)threadIdx.x, slice = (int)(blockIdx.x % SLICES), d = p.d;
  const int64_t f = blockIdx.x / SLICES;
  const int lanes = lanes_for(quads_of(d)), lane = thread % lanes, team = thread / lanes, teams = BLOCK / lanes, own = columns_of_quad(d, lane);
  const int32_t classes = p.class_base[f + 1] - p.class_base[f], groups = p.counts[f], column = p.column[f];
  const int32_t *order = p.order + f * p.batch, *start = p.starts + f * (p.batch + 1), *value = p.unique + f * p.batch;
  const int32_t *class_of_row = p.class_of_row + p.row_base[f];
  float *const dm = p.dm + (int64_t)p.class_base[f] * d + 4 * lane;
  const float *grad = groups ? p.grad + column + 4 * lane : nullptr, *table = p.tables + p.base[f] + 4 * lane;
  const bool whole_dm = d % 4 == 0 && aligned(p.dm), whole_table = d % 4 == 0 && p.base[f] % 4 == 0 && aligned(p.tables);
  const bool whole_grad = d % 4 == 0 && p.grad_stride % 4 == 0 && column % 4 == 0 && aligned(p.grad);

  for (int32_t c = slice + SLICES * team; c < classes; c += SLICES * teams) store_quad(dm + (int64_t)c * d, zeros<4>(), own, whole_dm);
  for (int32_t first = 0; first < groups; first += TILE) {
    int32_t of[TILE / BLOCK];
#pragma unroll
    for (int i = 0; i < TILE / BLOCK; i++) {
      const int32_t u = first + i * BLOCK + thread;
      of[i] = u < groups ? class_of_row[value[u]] - p.class_base[f] : -1;
    }
    int listed = 0;
#pragma unroll
    for (int i = 0; i < TILE / BLOCK; i++)
      listed = append(list, listed, first + i * BLOCK + thread, of[i], of[i] >= 0 && of[i] < classes && of[i] % SLICES == slice);

    for (int e0 = 0; e0 < listed; e0 += TILE / lanes) {
      const int n = (int)least(listed - e0, TILE / lanes);
      if (thread < TILE / 32) list.longest[thread] = 0;
      __syncthreads();
      for (int e = team; e < n; e += teams) {
        const int32_t u = list.group[e0 + e], begin = start[u], end = start[u + 1];
        if (end - begin > LONGEST) {
          if (lane == 0) atomicOr(&list.longest[e / 32], 1u << e % 32);
          continue;
        }
        const Quad row = load_quad(table + (int64_t)value[u] * d, own, whole_table);
        const Quad s = sum_positions(grad, p.grad_stride, order, begin, end, 1, own, whole_grad);
        products[e * lanes + lane] = quad_of([&](int i) { return s.x[i] * row.x[i]; });
      }
      __syncthreads();
      for (int word = 0; word < TILE / 32; word++)
        for (unsigned left = list.longest[word]; left; left &= left - 1) {
          const int e = word * 32 + __ffs((int)left) - 1;
          const int32_t u = list.group[e0 + e];
          sums[thread] = sum_positions(grad, p.grad_stride, order, start[u] + team, start[u + 1], teams, own, whole_grad);
          fold<BLOCK>(sums, lanes);
          if (team == 0) {
            const Quad row = load_quad(table + (int64_t)value[u] * d, own, whole_table), s = sums[lane];
            products[e * lanes + lane] = quad_of([&](int i) { return s.x[i] * row.x[i]; });
          }
          __syncthreads();
        }
      int32_t held = -1; // the class whose sum is in total
      Quad total = zeros<4>();
      for (int e = 0; e < n; e++) {
        const int32_t c = list.of[e0 + e];
        if (c / SLICES % teams != team) continue;
        if (c != held) {
          if (held >= 0) store_quad(dm + (int64_t)held * d, total, own, whole_dm);
          held = c;
          total = load_quad(dm + (int64_t)c * d, own, whole_dm);
        }
        total = total + products[e * lanes + lane];
      }
      if (held >= 0) store_quad(dm + (int64_t)held * d, total, own, whole_dm);
      __syncthreads();
    }
  }
}

struct Backward {
  const float *attributes, *alpha, *share, *weights, *hidden, *logits, *dm;
  float inverse_temperature, rho;
  float *dweights, *workspace;
  int32_t fewest;
  Twins t;
  int64_t classes;
};

/* part δo of one class, t̂ recomputed from the logits. */
__device__ void logits_gradient(const Backward &p, int64_t c, float part, float *d) {
  const int32_t n = p.t.outputs, dimension = p.fewest + n - 1;
  const float *o = p.logits + c * n, *dm = p.dm + c * dimension;
  const float price = p.rho * p.share[c] / (float)dimension;
  float best = o[0], total = 0, mean = 0, prefix_sum = 0;
  for (int32_t j = 1; j < n; j++) best = o[j] > best ? o[j] : best;
  for (int32_t j = 0; j < n; j++) total += d[j] = exp_of((o[j] - best) * p.inverse_temperature);
  for (int32_t j = 0; j < n; j++) {
    if (j + p.fewest > 0) prefix_sum += dm[j + p.fewest - 1];
    d[j] /= total;
    mean += d[j] * (prefix_sum + price * (float)(j + p.fewest));
  }
  prefix_sum = 0;
  for (int32_t j = 0; j < n; j++) {
    if (j + p.fewest > 0) prefix_sum += dm[j + p.fewest - 1];
    d[j] = part * (d[j] * (prefix_sum + price * (float)(j + p.fewest) - mean) * p.inverse_temperature);
  }
}

/* δ of n inputs of a layer from that of its outputs, a thread per (input, class): δx = (W δy) 1[x > 0]. x: of class 0, the next hidden apart. */
__device__ void hidden_gradient(const float *x, int64_t x_stride, int32_t in, const float *w, int32_t out, const float *dy, float *dx, int stride, int classes) {
  for (int i = threadIdx.x; i < in * classes; i += BLOCK) {
    const int unit = i / classes, c = i - unit * classes;
    const float *row = w + (int64_t)unit * out, *d = dy + c * stride;
    dx[c * stride + unit] = x[c * x_stride + unit] > 0 ? lane_sum(out, [&](int j) { return row[j] * d[j]; }) : 0;
  }
  __syncthreads();
}

__global__ void weight_gradients(Backward p) {
  __shared__ float delta[ROOM];
  const Twins &t = p.t;
  const int thread = (int)threadIdx.x, twin = (int)(blockIdx.x % 2);
  const int64_t chunk = blockIdx.x / 2, first = chunk * DS_CLASS_CHUNK, end = least(first + DS_CLASS_CHUNK, p.classes);
  const int at2 = t.outputs, at1 = at2 + t.hidden2, stride = (at1 + t.hidden1) | 1; // odd: classes in different banks
  const int most = (int)least(ROOM / stride, DS_CLASS_CHUNK);
  const float *w = p.weights + twin * t.weights();
  float *const own = p.workspace + (2 * chunk + twin) * t.weights();
  for (int64_t c0 = first; c0 < end; c0 += most) {
    const int n = (int)least(end - c0, most);
    const float *h1 = p.hidden + (2 * c0 + twin) * t.hidden(), *h2 = h1 + t.hidden1, *attributes = p.attributes + c0 * t.inputs;
    if (thread < n) logits_gradient(p, c0 + thread, twin ? 1.0f - p.alpha[c0 + thread] : p.alpha[c0 + thread], delta + thread * stride);
    __syncthreads();
    hidden_gradient(h2, 2 * t.hidden(), t.hidden2, w + t.w3(), t.outputs, delta, delta + at2, stride, n);
    hidden_gradient(h1, 2 * t.hidden(), t.hidden1, w + t.w2(), t.hidden2, delta + at2, delta + at1, stride, n);
    for (int64_t i = thread; i < t.weights(); i += BLOCK) {
      const int layer = i < t.w2() ? 0 : i < t.w3() ? 1 : 2;
      const int64_t place = i - (layer == 0 ? 0 : layer == 1 ? t.w2() : t.w3()), bias = layer == 0 ? t.b1() : layer == 1 ? t.b2() : t.b3();
      const int32_t out = layer == 0 ? t.hidden1 : layer == 1 ? t.hidden2 : t.outputs;
      const int32_t input = (int32_t)(place / out), unit = (int32_t)(place - (int64_t)input * out);
      const float *x = layer == 0 ? attributes + input : layer == 1 ? h1 + input : h2 + input;
      const int64_t x_stride = layer == 0 ? t.inputs : 2 * t.hidden();
      const float *d = delta + (layer == 0 ? at1 : layer == 1 ? at2 : 0) + unit;
      float sum = c0 == first ? 0 : own[i];
      if (i < bias)
        for (int c = 0; c < n; c++) sum += x[c * x_stride] * d[c * stride];
      else
        for (int c = 0; c < n; c++) sum += d[c * stride];
      own[i] = sum;
    }
    __syncthreads();
  }
}

__global__ void add_chunks(const float *partial, int64_t chunks, float *out, int64_t n) {
  grid_stride(n, [&](int64_t i) {
    float sum = 0;
    for (int64_t chunk = 0; chunk < chunks; chunk++) sum += partial[chunk * n + i];
    out[i] = sum;
  });
}

} // namespace

int twin_mask_forward(ds_stream stream, ds_f32_in attributes, ds_f32_in alpha, ds_f32_in weights, ds_f32 hidden, ds_f32 logits, ds_i32 k, int32_t fewest,
                      int32_t inputs, int32_t hidden1, int32_t hidden2, int32_t outputs, int64_t classes) {
  const Twins t{inputs, hidden1, hidden2, outputs};
  if (classes < 0 || fewest < 0 || fewest > 1 || !t.valid()) return DS_INVALID;
  if (classes == 0) return DS_OK;
  if (!all_set(attributes, alpha, weights, hidden, logits, k)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Forward p{attributes, alpha, weights, hidden, logits, k, fewest, t, classes};
  return launch(forward_classes, blocks_for(classes * WARP, BLOCK / 2), BLOCK / 2, s, p);
}

int twin_mask_rows(ds_stream stream, ds_i32_in k, ds_i32_in class_of_row, ds_i64_in row_base, ds_i32_in unique, ds_i32_in counts, ds_i64 row_mask,
                   int64_t batch, int32_t fields) {
  if (!none_negative(batch, fields)) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(k, class_of_row, row_base, row_mask) || (unique && !counts)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Rows p{k, class_of_row, row_base, unique, counts, row_mask, batch, fields};
  if (!unique) return launch(write_all, (unsigned)(BLOCKS * multiprocessors()), BLOCK, s, p);
  return batch == 0 ? DS_OK : launch(write_batch, blocks_for(batch * fields, BLOCK), BLOCK, s, p);
}

int twin_mask_gradient(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_i32_in order, ds_i32_in starts, ds_i32_in unique, ds_i32_in counts,
                       ds_i64_in base, ds_i32_in column, ds_f32_in tables, ds_i32_in class_of_row, ds_i64_in row_base, ds_i32_in class_base, ds_f32 dm,
                       int32_t d, int64_t batch, int32_t fields) {
  if (!none_negative(grad_stride, batch, fields) || d < 1 || d > MAX_D) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(order, starts, unique, counts, base, column, tables, class_of_row, row_base, class_base, dm) || (batch > 0 && !grad)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Gradient p{grad, grad_stride, order, starts, unique, counts, base, column, tables, class_of_row, row_base, class_base, dm, d, batch};
  return launch(class_gradients, (unsigned)fields * SLICES, BLOCK, s, p);
}

int twin_mask_backward(ds_stream stream, ds_f32_in attributes, ds_f32_in alpha, ds_f32_in share, ds_f32_in weights, ds_f32_in hidden, ds_f32_in logits,
                       ds_f32_in dm, float temperature, float rho, ds_f32 dweights, ds_f32 workspace, int32_t fewest, int32_t inputs, int32_t hidden1,
                       int32_t hidden2, int32_t outputs, int64_t classes) {
  const Twins t{inputs, hidden1, hidden2, outputs};
  if (classes < 0 || fewest < 0 || fewest > 1 || fewest + outputs < 2 || !t.valid() || !(temperature > 0)) return DS_INVALID;
  if (!dweights) return DS_INVALID;
  if (classes > 0 && !all_set(attributes, alpha, share, weights, hidden, logits, dm, workspace)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const int64_t units = chunks_of(classes, DS_CLASS_CHUNK);
  const Backward p{attributes, alpha, share, weights, hidden, logits, dm, 1 / temperature, rho, dweights, workspace, fewest, t, classes};
  if (units)
    if (const int status = launch(weight_gradients, (unsigned)(2 * units), BLOCK, s, p)) return status;
  return launch(add_chunks, blocks_for(2 * t.weights(), BLOCK), BLOCK, s, workspace, units, dweights, 2 * t.weights());
}

} // namespace cuda
} // namespace ds
