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
#include "whole_rows.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 128; // batch rows a unit of work
constexpr int64_t AHEAD = 32; // table rows between one step of asking for a row and the next, and its use

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

/*
 * Asks for memory that copy_row reads, in three steps of which each reads what the one before asked for: the words that say which rows a sparse table keeps;
 * where the entries of such a row are; the entries, and the rows of other tables.
 */
template <int STEP>
static inline void ask_for_row(const Packed &t, const uint8_t *table, int64_t row) {
  if ((STEP < 3 && t.form != DS_SPARSE) || (uint64_t)row >= (uint64_t)t.rows) return;
  if (t.form == DS_DENSE) {
    const int64_t bytes = t.width * value_bytes(t);
    ask_for(table + row * bytes, bytes);
  } else if (t.form == DS_BANDS) {
    const Band &band = band_of(t, table, row);
    ask_for(band_row(t, table, band, row), band.width * value_bytes(t));
  } else {
    const Sparse s(t, table);
    if (STEP == 1) {
      __builtin_prefetch(s.kept + (row >> 6));
      __builtin_prefetch(s.before + (row >> 6));
    } else if (s.has(row)) {
      const int32_t *start = s.starts + s.rank(row);
      if (STEP == 2) {
        __builtin_prefetch(start);
      } else {
        const uint8_t *values = reinterpret_cast<const uint8_t *>(s.starts + t.count + 1);
        __builtin_prefetch(values + *start * value_bytes(t));
        __builtin_prefetch(values + s.starts[t.count] * value_bytes(t) + *start);
      }
    }
  }
}

static inline bool sound(const Packed &t) {
  return t.form >= DS_DENSE && t.form <= DS_SPARSE && t.precision >= DS_F32 && t.precision <= DS_I8 &&
         none_negative(t.width, t.column, t.at, t.count) && t.rows > 0 && (t.form != DS_BANDS || t.count > 0);
}

template <int STEP>
static inline void ask_for_rows(const Gather &g, int64_t b) {
  for (int32_t f = 0; f < g.fields; f++) ask_for_row<STEP>(g.tables[f], g.data + g.tables[f].at, g.ids[b * g.fields + f]);
}

/* False when an id is no row of its table. */
static inline bool copy_rows(const Gather &g, int64_t b) {
  bool inside = true;
  for (int32_t f = 0; f < g.fields; f++) {
    const Packed &t = g.tables[f];
    int64_t row = g.ids[b * g.fields + f];
    if ((uint64_t)row >= (uint64_t)t.rows) {
      inside = false;
      row = 0;
    }
    copy_row(t, g.data + t.at, row, g.out + b * g.out_stride + t.column);
  }
  return inside;
}

int packed_gather(ds_stream stream, ds_u8_in data, ds_i64_in descriptors, ds_i32_in ids, ds_f32 out, int64_t batch, int32_t fields,
                  int64_t out_stride) {
  if (!none_negative(batch, fields, out_stride)) return DS_INVALID;
  if (batch == 0 || fields == 0) return DS_OK;
  if (!all_set(data, descriptors, ids, out)) return DS_INVALID;
  const Gather g{data, reinterpret_cast<const Packed *>(descriptors), ids, out, out_stride, fields};
  bool sparse = false, whole = batch >= GROUP;
  for (int32_t f = 0; f < fields; f++) {
    if (!sound(g.tables[f])) return DS_INVALID;
    sparse |= g.tables[f].form == DS_SPARSE;
    whole &= g.tables[f].form == DS_DENSE && g.tables[f].precision == DS_F32;
  }
  int outside = 0;
  const int64_t ahead = chunks_of(AHEAD, fields), lead = sparse ? 3 * ahead : ahead;
  parallel(stream, chunks_of(batch, ROWS), [&](int64_t chunk) {
    const int64_t first = chunk * ROWS, end = least(first + ROWS, batch);
    if (whole) {
      if (!copy_fields(g, first, end)) __atomic_store_n(&outside, 1, __ATOMIC_RELAXED);
      return;
    }
    const auto within = [=](int64_t b) { return b >= first && b < end; };
    for (int64_t b = first - lead; b < end; b++) { // the first rows are asked for too, before any is read
      if (sparse && within(b + 3 * ahead)) ask_for_rows<1>(g, b + 3 * ahead);
      if (sparse && within(b + 2 * ahead)) ask_for_rows<2>(g, b + 2 * ahead);
      if (within(b + ahead)) ask_for_rows<3>(g, b + ahead);
      if (b >= first && !copy_rows(g, b)) __atomic_store_n(&outside, 1, __ATOMIC_RELAXED);
    }
  });
  return outside ? DS_OUT_OF_RANGE : DS_OK;
}

} // namespace DS_ISA
} // namespace ds
