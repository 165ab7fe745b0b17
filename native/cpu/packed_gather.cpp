/*
 * Gather of embedding rows from packed tables: whole, in bands of rows, or sparse; as binary32, binary16 or scaled bytes.
 *
 *   out[b, column + j] = entry (ids[b, f], j) of field f's table, j < width; 0 where the table keeps no such entry
 *
 * ids [batch, fields] row-major; out [batch, out_stride]. descriptors [fields, DS_PACKED], a row each:
 *   form, precision, rows, width, column (first batch column), at (first byte in data), count, scale (the bits of a binary32; for DS_I8 only)
 * data is 64-byte aligned, at a multiple of 8. From byte at on, with p = 4, 2, 1 bytes a value:
 *   DS_DENSE   p [rows][width]
 *   DS_BANDS   {int32 first row, int32 width k, int64 offset from at} [count], ascending, the first at row 0; then each band's p [its rows][k]: rows keep
 *              their first k columns
 *   DS_SPARSE  uint64 [words] bit r % 64 of word r / 64: row r keeps something, words = ceil(rows / 64); int32 [words] rows kept before the word;
 *              int32 [count + 1] first entry of each row kept; p [entries]; uint8 [entries] columns
 * Values: binary32 as they are, binary16 exactly, DS_I8 as scale * q. Descriptors and indices are trusted: whoever loads a table checks them. An id that
 * is no row of its table reads row 0 and makes the call answer DS_OUT_OF_RANGE. Source: methods 3.6, 6.5, 10.3.
 */
#include "arguments.h"
#include "lanes.h"
#include "packed.h"
#include "pool.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 128; // batch rows a unit of work
constexpr int64_t AHEAD = 32; // table rows between a prefetch and its use; a sparse row's index is fetched twice as early

static inline int64_t value_bytes(const Packed &t) { return t.precision == DS_F32 ? 4 : t.precision == DS_F16 ? 2 : 1; }

static inline float of_bits(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

static inline float of_half(uint16_t h) {
  const uint32_t magnitude = (uint32_t)(h & 0x7fff) << 13, exponent = magnitude & 0x0f800000;
  const float normal = of_bits(magnitude + ((exponent == 0x0f800000 ? 224u : 112u) << 23));
  const float tiny = of_bits(magnitude + (113u << 23)) - 0x1p-14f;
  uint32_t bits;
  __builtin_memcpy(&bits, exponent ? &normal : &tiny, sizeof bits);
  return of_bits(bits | (uint32_t)(h & 0x8000) << 16);
}

/* value(i) of the i-th stored value, with the table's precision resolved outside the loop over values. */
template <class Body>
static inline void with_values(const Packed &t, const uint8_t *values, Body &&body) {
  if (t.precision == DS_F32) {
    const float *v = reinterpret_cast<const float *>(values);
    body([=](int64_t i) { return v[i]; });
  } else if (t.precision == DS_F16) {
    const uint16_t *v = reinterpret_cast<const uint16_t *>(values);
    body([=](int64_t i) { return of_half(v[i]); });
  } else {
    const int8_t *v = reinterpret_cast<const int8_t *>(values);
    const float scale = of_bits((uint32_t)t.scale);
    body([=](int64_t i) { return scale * (float)v[i]; });
  }
}

/* n values in a row. */
static inline void copy_values(const Packed &t, const uint8_t *values, int64_t n, float *out) {
  if (t.precision == DS_F32) {
    const float *v = reinterpret_cast<const float *>(values);
    each_block(n, [=](int64_t j, int m) { put(out + j, get(v + j, m), m); });
    return;
  }
  with_values(t, values, [=](auto value) {
    for (int64_t j = 0; j < n; j++) out[j] = value(j);
  });
}

static inline const Band &band_of(const Packed &t, const uint8_t *table, int64_t row) {
  const Band *bands = reinterpret_cast<const Band *>(table);
  int64_t low = 0;
  for (int64_t n = t.count; n > 1;) {
    const int64_t half = n / 2;
    low += bands[low + half].first <= row ? half : 0;
    n -= half;
  }
  return bands[low];
}

static inline const uint8_t *band_row(const Packed &t, const uint8_t *table, const Band &band, int64_t row) {
  return table + band.offset + (row - band.first) * band.width * value_bytes(t);
}

struct Sparse {
  const uint64_t *kept;
  const int32_t *before, *starts;
  Sparse(const Packed &t, const uint8_t *table) {
    const int64_t words = (t.rows + 63) / 64;
    kept = reinterpret_cast<const uint64_t *>(table);
    before = reinterpret_cast<const int32_t *>(kept + words);
    starts = before + words;
  }
  bool has(int64_t row) const { return kept[row >> 6] >> (row & 63) & 1; }
  int64_t rank(int64_t row) const { return before[row >> 6] + __builtin_popcountll(kept[row >> 6] & ((uint64_t(1) << (row & 63)) - 1)); }
};

static inline void copy_sparse(const Packed &t, const uint8_t *table, int64_t row, float *out) {
  const Sparse s(t, table);
  for (int64_t j = 0; j < t.width; j++) out[j] = 0;
  if (!s.has(row)) return;
  const int64_t rank = s.rank(row);
  const uint8_t *values = reinterpret_cast<const uint8_t *>(s.starts + t.count + 1);
  const uint8_t *columns = values + s.starts[t.count] * value_bytes(t);
  const int64_t first = s.starts[rank], last = s.starts[rank + 1];
  with_values(t, values, [=](auto value) {
    for (int64_t i = first; i < last; i++) out[columns[i]] = value(i);
  });
}

static inline void copy_row(const Packed &t, const uint8_t *table, int64_t row, float *out) {
  if (t.form == DS_DENSE) {
    copy_values(t, table + row * t.width * value_bytes(t), t.width, out);
  } else if (t.form == DS_BANDS) {
    const Band &band = band_of(t, table, row);
    copy_values(t, band_row(t, table, band, row), band.width, out);
    for (int64_t j = band.width; j < t.width; j++) out[j] = 0;
  } else {
    copy_sparse(t, table, row, out);
  }
}

/* Asks for the memory that copy_row reads first. */
static inline void prefetch_row(const Packed &t, const uint8_t *table, int64_t row) {
  if ((uint64_t)row >= (uint64_t)t.rows) return;
  if (t.form == DS_DENSE) {
    __builtin_prefetch(table + row * t.width * value_bytes(t));
  } else if (t.form == DS_BANDS) {
    __builtin_prefetch(band_row(t, table, band_of(t, table, row), row));
  } else {
    const Sparse s(t, table);
    if (s.has(row)) __builtin_prefetch(s.starts + s.rank(row));
  }
}

static inline void prefetch_index(const Packed &t, const uint8_t *table, int64_t row) {
  if (t.form != DS_SPARSE || (uint64_t)row >= (uint64_t)t.rows) return;
  const Sparse s(t, table);
  __builtin_prefetch(s.kept + (row >> 6));
  __builtin_prefetch(s.before + (row >> 6));
}

static inline bool sound(const Packed &t) {
  return t.form >= DS_DENSE && t.form <= DS_SPARSE && t.precision >= DS_F32 && t.precision <= DS_I8 &&
         none_negative(t.width, t.column, t.at, t.count) && t.rows > 0 && (t.form != DS_BANDS || t.count > 0);
}

int packed_gather(ds_stream stream, ds_u8_in data, ds_i64_in descriptors, ds_i32_in ids, ds_f32 out, int64_t batch, int32_t fields,
                  int64_t out_stride) {
  if (!none_negative(batch, fields, out_stride)) return DS_INVALID;
  if (batch == 0 || fields == 0) return DS_OK;
  if (!all_set(data, descriptors, ids, out)) return DS_INVALID;
  const Packed *tables = reinterpret_cast<const Packed *>(descriptors);
  for (int32_t f = 0; f < fields; f++)
    if (!sound(tables[f])) return DS_INVALID;
  int outside = 0;
  const int64_t ahead = (AHEAD + fields - 1) / fields;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t end = least((chunk + 1) * ROWS, batch);
    for (int64_t b = chunk * ROWS; b < end; b++) {
      const int32_t *id = ids + b * fields;
      for (int32_t f = 0; f < fields; f++) {
        const Packed &t = tables[f];
        const uint8_t *table = data + t.at;
        if (b + 2 * ahead < end) prefetch_index(t, table, id[2 * ahead * fields + f]);
        if (b + ahead < end) prefetch_row(t, table, id[ahead * fields + f]);
        int64_t row = id[f];
        if ((uint64_t)row >= (uint64_t)t.rows) {
          __atomic_store_n(&outside, 1, __ATOMIC_RELAXED);
          row = 0;
        }
        copy_row(t, table, row, out + b * out_stride + t.column);
      }
    }
  });
  return outside ? DS_OUT_OF_RANGE : DS_OK;
}

} // namespace DS_ISA
} // namespace ds
