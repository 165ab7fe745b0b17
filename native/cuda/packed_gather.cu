/*
 * Gather of embedding rows from packed tables; layout and formula stand in cpu/packed_gather.cpp.
 *
 * LANES threads read one (batch row, field), neighbours neighbouring values of a row, four at a time where both ends are aligned to four values. A sparse
 * row is first filled with zeros, then its entries are put in their places. The bits are the CPU's. Per output row: the values kept, as they are stored, and
 * 4 * (fields + columns) bytes; at most one flop a column.
 */
#include "cpu/packed.h"
#include "pack.h"

namespace ds {
namespace cuda {

namespace {

constexpr int LANES = 8;
constexpr int BLOCK = 256;

struct Gather {
  const uint8_t *data;
  const Packed *tables;
  const int32_t *ids;
  float *out;
  int64_t batch;
  int32_t fields;
  int64_t out_stride;
  int32_t *status;
};

__device__ float scale_of(const Packed &t) { return __int_as_float((int)(uint32_t)t.scale); }
__device__ uint32_t value_bytes(const Packed &t) { return t.precision == DS_F32 ? 4 : t.precision == DS_F16 ? 2 : 1; }

/* As the CPU does it; the card's own conversion gives other NaNs. */
__device__ float of_half(uint16_t h) {
  const uint32_t magnitude = (uint32_t)(h & 0x7fff) << 13, exponent = magnitude & 0x0f800000;
  const float normal = __int_as_float((int)(magnitude + ((exponent == 0x0f800000 ? 224u : 112u) << 23)));
  const float tiny = __int_as_float((int)(magnitude + (113u << 23))) - 0x1p-14f;
  return __int_as_float(__float_as_int(exponent ? normal : tiny) | (int)((uint32_t)(h & 0x8000) << 16));
}

/* The i-th stored value. */
__device__ float value(const Packed &t, const uint8_t *values, int64_t i) {
  if (t.precision == DS_F32) return reinterpret_cast<const float *>(values)[i];
  if (t.precision == DS_F16) return of_half(reinterpret_cast<const uint16_t *>(values)[i]);
  return scale_of(t) * (float)reinterpret_cast<const int8_t *>(values)[i];
}

/* Values i .. i + 3, i a multiple of four, where the first value lies at a multiple of the size of four. */
__device__ Pack<4> four_values(const Packed &t, const uint8_t *values, int64_t i) {
  if (t.precision == DS_F32) return load<4>(reinterpret_cast<const float *>(values) + i);
  Pack<4> r;
  if (t.precision == DS_F16) {
    const uint64_t halves = reinterpret_cast<const uint64_t *>(values)[i / 4];
#pragma unroll
    for (int k = 0; k < 4; k++) r.x[k] = of_half((uint16_t)(halves >> 16 * k));
  } else {
    const uint32_t bytes = reinterpret_cast<const uint32_t *>(values)[i / 4];
#pragma unroll
    for (int k = 0; k < 4; k++) r.x[k] = scale_of(t) * (float)(int8_t)(bytes >> 8 * k);
  }
  return r;
}

/* n values in a row, then zeros up to the width. */
__device__ void copy_values(const Packed &t, const uint8_t *values, int64_t n, float *out, int lane) {
  if (n % 4 == 0 && aligned(out) && reinterpret_cast<uintptr_t>(values) % (4 * value_bytes(t)) == 0)
    for (int64_t j = 4 * lane; j < n; j += 4 * LANES) store<4>(out + j, four_values(t, values, j));
  else
    for (int64_t j = lane; j < n; j += LANES) out[j] = value(t, values, j);
  for (int64_t j = n + lane; j < t.width; j += LANES) out[j] = 0;
}

__device__ Band band_of(const Packed &t, const uint8_t *table, int64_t row) {
  const Band *bands = reinterpret_cast<const Band *>(table);
  int64_t low = 0;
  for (int64_t n = t.count; n > 1;) {
    const int64_t half = n / 2;
    low += bands[low + half].first <= row ? half : 0;
    n -= half;
  }
  return bands[low];
}

/* The entries that a sparse table keeps of a row: values and columns first .. last - 1. */
struct Entries {
  const uint8_t *values, *columns;
  int64_t first, last;
  __device__ Entries(const Packed &t, const uint8_t *table, int64_t row) : first(0), last(0) {
    const int64_t words = (t.rows + 63) / 64;
    const uint64_t *kept = reinterpret_cast<const uint64_t *>(table);
    const int32_t *before = reinterpret_cast<const int32_t *>(kept + words), *starts = before + words;
    values = reinterpret_cast<const uint8_t *>(starts + t.count + 1);
    columns = values + starts[t.count] * value_bytes(t);
    const uint64_t bits = kept[row >> 6], below = (uint64_t(1) << (row & 63)) - 1;
    if (!(bits >> (row & 63) & 1)) return;
    const int64_t rank = before[row >> 6] + __popcll(bits & below);
    first = starts[rank];
    last = starts[rank + 1];
  }
};

__device__ bool sound(const Packed &t) {
  return t.form >= DS_DENSE && t.form <= DS_SPARSE && t.precision >= DS_F32 && t.precision <= DS_I8 &&
         (t.width | t.column | t.at | t.count) >= 0 && t.rows > 0 && (t.form != DS_BANDS || t.count > 0);
}

__global__ void __launch_bounds__(BLOCK) gather_packed(Gather g) {
  const int lane = threadIdx.x % LANES;
  const int64_t all = g.batch * g.fields, groups = (int64_t)gridDim.x * (BLOCK / LANES);
  // All lanes of a warp go round together.
  for (int64_t i = thread_of_grid() / LANES, first = thread_of_grid() / WARP * (WARP / LANES); first < all; i += groups, first += groups) {
    const int32_t f = (int32_t)(i % g.fields);
    const Packed t = g.tables[f];
    const bool live = i < all, good = live && sound(t);
    if (live && !good) report(g.status, DS_INVALID);
    const uint8_t *table = g.data + t.at;
    float *out = g.out + i / g.fields * g.out_stride + t.column;
    int64_t row = live ? g.ids[i] : 0;
    if (good && (uint64_t)row >= (uint64_t)t.rows) {
      report(g.status, DS_OUT_OF_RANGE);
      row = 0;
    }
    const bool sparse = good && t.form == DS_SPARSE;
    if (good && t.form == DS_DENSE) {
      copy_values(t, table + row * t.width * value_bytes(t), t.width, out, lane);
    } else if (good && t.form == DS_BANDS) {
      const Band band = band_of(t, table, row);
      copy_values(t, table + band.offset + (row - band.first) * band.width * value_bytes(t), band.width, out, lane);
    } else if (sparse) {
      copy_values(t, table, 0, out, lane);
    }
    __syncwarp();
    if (!sparse) continue;
    const Entries e(t, table, row);
    for (int64_t k = e.first + lane; k < e.last; k += LANES) out[e.columns[k]] = value(t, e.values, k);
  }
}

} // namespace

int packed_gather(ds_stream stream, ds_u8_in data, ds_i64_in descriptors, ds_i32_in ids, ds_f32 out, int64_t batch, int32_t fields, int64_t out_stride) {
  if (!none_negative(batch, fields, out_stride)) return DS_INVALID;
  if (batch == 0 || fields == 0) return DS_OK;
  if (!all_set(data, descriptors, ids, out)) return DS_INVALID;
  Stream *s = stream_of(stream);
  if (!s) return DS_NO_DEVICE;
  const Gather g{data, reinterpret_cast<const Packed *>(descriptors), ids, out, batch, fields, out_stride, s->status};
  return launch(gather_packed, blocks_for(batch * fields * LANES, BLOCK), BLOCK, s, g);
}

} // namespace cuda
} // namespace ds
