/*
 * Embedding backward in one pass: row gradients, field-wise mask gradient, regularity, optimizer update, Gram upkeep.
 *
 * For each row r of field f that occurs in the batch, with e its values before the update (j < width[f], c = column[f] + j):
 *
 *   s_j = Σ_b grad[b, c]                        over the positions b that hold r, in ascending order
 *       = Σ_b factor[b] (grad[b, j] - ê_j)      when factor [batch] is given: grad is fm_gather's S then, one for all fields, and ê = mask ⊙ e the row as it
 *                                               was read. Bit for bit the same for a factorization machine, from an array that stays in the caches
 *   mask_grad[c] += s_j e_j  (or s_j sign(e_j)) = Σ_b δê e: what the mask would receive were it continuous; dead columns included
 *   g_j = s_j + Σ_k e_k M_kj                    M = regularity + regularity_base[f], [width, width]; absent: 0. Rows of M that are all 0, as those
 *                                              of closed columns, cost nothing
 *   e'  = update(e, g)                          update.h, with the states of the row; columns with mask 0, and entries whose bit a row mask lacks, are frozen
 *                                              bit for bit, states and all; row masks ask for widths of at most 64
 *   gram[regularity_base[f]..] += e' e'ᵀ - e eᵀ, as e'(e'-e)ᵀ + (e'-e) eᵀ so that the error is relative to the change
 *
 * order, starts, unique, counts are embedding_group's; grad [batch, grad_stride] (stride 1 and column 0 for a first-order table, whose gradient is the
 * logit's); tables and states share one layout. mask, regularity, mask_grad and gram may be null; mask_grad [columns] is overwritten.
 * workspace: ceil(batch / DS_GROUP_CHUNK) * (columns + Σ width² when gram is set) floats.
 *
 * A unit of work is (field, DS_GROUP_CHUNK sorted positions); partial sums of units are added in order. Per occurring row 8 (SGD) to 24 (Adam) bytes a
 * column, plus 4 per position and column. Sources: HAM (methods: G = Σ δê e, SO gradient E M); SSEDS uses the same mask gradient with mask = 1.
 */
#include "arguments.h"
#include "column_sum.h"
#include "group_sum.h"
#include "pool.h"
#include "update.h"

/* Everything that a function calls becomes part of it; with what sanitizers add, a compiler would take minutes for that. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DS_FLAT
#else
#define DS_FLAT [[gnu::flatten]]
#endif

namespace ds {
namespace DS_ISA {

constexpr int32_t MAX_WIDTH = 1024;
constexpr int64_t ROWS_AHEAD = 12; // rows between a prefetch and its use
constexpr int TOGETHER = 6;        // rows to which the regularity is added at once
constexpr int NARROW = 7;          // columns of a row of which several are updated at once

struct Field {
  int64_t f;
  int32_t d;
  int64_t column;
  float *p, *s1, *s2;
  const float *grad, *factor, *mask, *regularity; // grad: of the field's first column
  const int32_t *pulls;                           // rows of regularity that hold something
  int32_t pulling;                                // and how many
  const int64_t *row_mask;
  int64_t grad_stride;
  const int32_t *order, *start, *unique;
  int64_t batch;
  float *mask_partial, *gram_partial;
  bool sign;
};

/* n entries of a row from column j on, as the forward pass read them where the table holds e. */
static inline Lanes as_read(const Field &x, int64_t row, Lanes e, int64_t j, int n) {
  if (x.mask) e = e * get(x.mask + x.column + j, n);
  if (x.row_mask) e = where_bits((uint32_t)((uint64_t)x.row_mask[row] >> j), e);
  return e;
}

/* Above 0 where entries j .. of a row learn: the columns' mask and the row's own. */
static inline Lanes learning(const Field &x, int64_t row, int64_t j, int n) {
  const Lanes open = x.mask ? get(x.mask + x.column + j, n) : lanes(1.0f);
  return x.row_mask ? where_bits((uint32_t)((uint64_t)x.row_mask[row] >> j), open) : open;
}

/* s of columns j .. of the row of group u, which holds e there; what it says of the mask is added up. */
template <bool FACTORS>
static inline Lanes row_gradient(const Field &x, int32_t u, Lanes e, int64_t j, int n) {
  const Positions positions{x.order, x.batch};
  const int32_t first = x.start[u], last = x.start[u + 1];
  const Lanes s = FACTORS ? sum_factors(x.grad + j, x.grad_stride, x.factor, as_read(x, x.unique[u], e, j, n), positions, first, last, n)
                          : sum_positions(x.grad + j, x.grad_stride, positions, first, last, n);
  if (x.mask_partial) add_to(x.mask_partial + x.column + j, s * (x.sign ? sign(e) : e), n);
  return s;
}

/* The row of group u, of d columns, with the gradient g, or with s where that is null. */
template <int RULE, bool FACTORS>
static inline void update_row(const Field &x, const Hyper &h, int32_t u, int32_t d, const float *g) {
  const int64_t row = x.unique[u], at = row * d;
  float *p = x.p + at, *s1 = x.s1 + at, *s2 = x.s2 + at;
  each_block(d, [&](int64_t j, int n) {
    const Lanes by = g ? get(g + j, n) : row_gradient<FACTORS>(x, u, get(p + j, n), j, n);
    change<RULE>(p + j, s1 + j, s2 + j, n, [&](Lanes &e, Lanes &m, Lanes &v) {
      const Lanes old = e, old1 = m, old2 = v;
      advance<RULE>(h, e, by, m, v);
      if (!x.mask && !x.row_mask) return;
      const Lanes zero = lanes(0.0f), learns = learning(x, row, j, n);
      e = where_greater(learns, zero, e, old);
      m = where_greater(learns, zero, m, old1);
      v = where_greater(learns, zero, v, old2);
    });
  });
}

template <int RULE, int W>
static inline void ask_for_row(const Field &x, int64_t row) {
  const int64_t d = W ? W : x.d, at = row * d;
  for (int64_t j = 0; j < d; j += LANES) {
    __builtin_prefetch(x.p + at + j, 1);
    if (RULE != DS_SGD) __builtin_prefetch(x.s1 + at + j, 1);
    if (RULE == DS_ADAM) __builtin_prefetch(x.s2 + at + j, 1);
  }
}

template <int RULE, int W>
static inline void ask_for_rows(const Field &x, int32_t u, int32_t end) {
  for (int32_t k = u; k < least(u + ROWS_AHEAD, end); k++) ask_for_row<RULE, W>(x, x.unique[k]);
  for (int32_t i = x.start[u]; i < least(x.start[u] + AHEAD, x.start[end]); i++) __builtin_prefetch(x.grad + x.order[i] * x.grad_stride);
}

/* The rows of groups u .. end-1, of W columns, 0: of x.d. Flat, so that the compiler knows the width everywhere. */
template <int RULE, int W, bool FACTORS>
DS_FLAT static void update_rows(const Field &x, const Hyper &h, int32_t u, int32_t end) {
  ask_for_rows<RULE, W>(x, u, end);
  for (; u < end; u++) {
    if (u + ROWS_AHEAD < end) ask_for_row<RULE, W>(x, x.unique[u + ROWS_AHEAD]);
    update_row<RULE, FACTORS>(x, h, u, W ? W : x.d, nullptr);
  }
}

/* g += e M for ROWS rows. Side by side, so that the sums of one need not wait for themselves; only the rows of M that hold something. */
template <int W, int ROWS>
static inline void add_regularity(const Field &x, const float (*e)[W ? W : MAX_WIDTH], float (*g)[W ? W : MAX_WIDTH]) {
  const int32_t d = W ? W : x.d;
  each_block(d, [&](int64_t j, int n) {
    Lanes sum[ROWS];
    for (int r = 0; r < ROWS; r++) sum[r] = get(g[r] + j, n);
    for (int32_t i = 0; i < x.pulling; i++) {
      const int32_t k = x.pulls[i];
      const Lanes m = get(x.regularity + (int64_t)k * d + j, n);
      for (int r = 0; r < ROWS; r++) sum[r] = sum[r] + lanes(e[r][k]) * m;
    }
    for (int r = 0; r < ROWS; r++) put(g[r] + j, sum[r], n);
  });
}

static inline void add_gram(const Field &x, const float *before, const float *after) {
  for (int32_t a = 0; a < x.d; a++) {
    const Lanes now = lanes(after[a]), change = lanes(after[a] - before[a]);
    float *row = x.gram_partial + (int64_t)a * x.d;
    each_block(x.d, [&](int64_t j, int n) {
      const Lanes old = get(before + j, n);
      add_to(row + j, now * (get(after + j, n) - old) + change * old, n);
    });
  }
}

/* The same as update_rows with regularity and Gram, for rows of a field that differ: TOGETHER of them at a time. */
template <int RULE, int W, bool FACTORS>
DS_FLAT static void update_regular_rows(const Field &x, const Hyper &h, int32_t u, int32_t end) {
  const int32_t d = W ? W : x.d;
  float e[TOGETHER][W ? W : MAX_WIDTH], g[TOGETHER][W ? W : MAX_WIDTH];
  ask_for_rows<RULE, W>(x, u, end);
  for (int32_t n; u < end; u += n) {
    n = (int32_t)least(TOGETHER, end - u);
    for (int32_t r = 0; r < n; r++) {
      if (u + r + ROWS_AHEAD < end) ask_for_row<RULE, W>(x, x.unique[u + r + ROWS_AHEAD]);
      each_block(d, [&](int64_t j, int m) {
        const Lanes before = get(x.p + (int64_t)x.unique[u + r] * d + j, m);
        put(e[r] + j, before, m);
        put(g[r] + j, row_gradient<FACTORS>(x, u + r, before, j, m), m);
      });
    }
    if (n == TOGETHER)
      add_regularity<W, TOGETHER>(x, e, g);
    else
      for (int32_t r = 0; r < n; r++) add_regularity<W, 1>(x, e + r, g + r);
    for (int32_t r = 0; r < n; r++) {
      update_row<RULE, FACTORS>(x, h, u + r, d, g[r]);
      if (x.gram_partial) add_gram(x, e[r], x.p + (int64_t)x.unique[u + r] * d);
    }
  }
}

/* The same for narrow rows that all learn and of which nothing else is asked: as many side by side as sixteen numbers hold. */
template <int RULE, int W>
static void update_narrow_rows(const Field &x, const Hyper &h, int32_t u, int32_t end) {
  constexpr int ROWS = LANES / W;
  constexpr size_t BYTES = W * sizeof(float);
  const float *const grad = x.grad;
  const int32_t *const order = x.order, *const start = x.start, *const unique = x.unique;
  const int64_t stride = x.grad_stride;
  float *const p = x.p, *const s1 = x.s1, *const s2 = x.s2;
  for (int32_t k = u; k < least(u + LANES, end); k++) ask_for_row<RULE, W>(x, unique[k]);
  for (; u < end; u += ROWS) {
    const int32_t n = (int32_t)least(ROWS, end - u);
    for (int32_t k = u + LANES; k < least(u + LANES + ROWS, end); k++) ask_for_row<RULE, W>(x, unique[k]);
    float g[LANES] = {}, e[LANES] = {}, m[LANES] = {}, v[LANES] = {};
    for (int32_t k = 0; k < n; k++) {
      const int64_t at = (int64_t)unique[u + k] * W;
      __builtin_memcpy(e + k * W, p + at, BYTES);
      float sum[W] = {};
      for (int32_t i = start[u + k]; i < start[u + k + 1]; i++)
        for (int j = 0; j < W; j++) sum[j] += grad[order[i] * stride + j];
      __builtin_memcpy(g + k * W, sum, BYTES);
      if (RULE != DS_SGD) __builtin_memcpy(m + k * W, s1 + at, BYTES);
      if (RULE == DS_ADAM) __builtin_memcpy(v + k * W, s2 + at, BYTES);
    }
    update<RULE>(h, e, load(g), m, v, LANES);
    for (int32_t k = 0; k < n; k++) {
      const int64_t at = (int64_t)unique[u + k] * W;
      __builtin_memcpy(p + at, e + k * W, BYTES);
      if (RULE != DS_SGD) __builtin_memcpy(s1 + at, m + k * W, BYTES);
      if (RULE == DS_ADAM) __builtin_memcpy(s2 + at, v + k * W, BYTES);
    }
  }
}

using Update = void (*)(const Field &x, const Hyper &h, int32_t u, int32_t end);

template <int RULE>
static const Update UPDATE_NARROW[NARROW + 1] = {nullptr,
                                                 update_narrow_rows<RULE, 1>,
                                                 update_narrow_rows<RULE, 2>,
                                                 update_narrow_rows<RULE, 3>,
                                                 update_narrow_rows<RULE, 4>,
                                                 update_narrow_rows<RULE, 5>,
                                                 update_narrow_rows<RULE, 6>,
                                                 update_narrow_rows<RULE, 7>};

/* The k for which row k of the field's M holds something: not those of closed columns, none of a field that is left out. */
static int32_t list_pulls(const float *regularity, int32_t d, int32_t *pulls) {
  int32_t count = 0;
  for (int32_t k = 0; k < d; k++) {
    uint32_t bits = 0; // of all entries but their signs
    for (int32_t j = 0; j < d; j++) {
      uint32_t entry;
      __builtin_memcpy(&entry, regularity + (int64_t)k * d + j, sizeof entry);
      bits |= entry << 1;
    }
    pulls[count] = k;
    count += bits != 0;
  }
  return count;
}

template <int RULE, bool FACTORS>
static Update update_of(const Field &x) {
  if (x.pulling || x.gram_partial) return x.d == LANES ? update_regular_rows<RULE, LANES, FACTORS> : update_regular_rows<RULE, 0, FACTORS>;
  if (!FACTORS && x.d >= 1 && x.d <= NARROW && !x.mask && !x.row_mask && !x.mask_partial) return UPDATE_NARROW<RULE>[x.d];
  if (x.d == LANES) return update_rows<RULE, LANES, FACTORS>;
  return x.d == 8 ? update_rows<RULE, 8, FACTORS> : x.d == 4 ? update_rows<RULE, 4, FACTORS> : update_rows<RULE, 0, FACTORS>;
}

template <int RULE>
static void run_unit(const Field &x, const Hyper &h, int32_t groups, int64_t unit) {
  const int32_t first = first_at(x.start, groups, unit * DS_GROUP_CHUNK), end = first_at(x.start, groups, (unit + 1) * DS_GROUP_CHUNK);
  if (first < end) (x.factor ? update_of<RULE, true>(x) : update_of<RULE, false>(x))(x, h, first, end);
}

int embedding_backward(ds_stream stream, ds_f32_in grad, int64_t grad_stride, ds_f32_in factor, ds_i32_in order, ds_i32_in starts, ds_i32_in unique, ds_i32_in counts,
                       ds_i64_in base, ds_i32_in width, ds_i32_in column, ds_f32_in mask, ds_i64_in row_mask, ds_i64_in row_base, ds_f32_in regularity,
                       ds_i64_in regularity_base, ds_f32 tables, ds_f32 state1, ds_f32 state2, ds_f32 mask_grad, int32_t mask_grad_sign, ds_f64 gram,
                       ds_f32 workspace, int32_t rule, ds_f32_in hyper, int64_t batch, int32_t fields, int64_t columns) {
  if (!none_negative(batch, fields, columns, grad_stride) || rule < DS_SGD || rule > DS_ADAM) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(order, starts, unique, counts, base, width, column, tables, hyper) || (batch > 0 && !grad)) return DS_INVALID;
  if ((rule != DS_SGD && !state1) || (rule == DS_ADAM && !state2)) return DS_INVALID;
  if (((mask_grad || gram) && !workspace) || ((regularity || gram) && !regularity_base)) return DS_INVALID;
  if (row_mask && (!row_base || !fit_row_mask(width, fields))) return DS_INVALID;
  for (int32_t f = 0; f < fields; f++)
    if (width[f] < 0 || width[f] > MAX_WIDTH || (factor && width[f] > grad_stride)) return DS_INVALID;

  const int64_t units = chunks_of(batch, DS_GROUP_CHUNK);
  int64_t squares = 0;
  if (gram)
    for (int32_t f = 0; f < fields; f++) squares += (int64_t)width[f] * width[f];
  const int64_t share = (mask_grad ? columns : 0) + squares; // floats of the workspace that belong to one unit index
  const Hyper h(hyper);
  parallel(stream, units * fields, [&](int64_t work) {
    // Units of one field lie apart so that threads start on different tables.
    const int64_t f = work % fields, unit = work / fields;
    float *own = workspace ? workspace + unit * share : nullptr;
    int32_t pulls[MAX_WIDTH];
    Field x{f,
            width[f],
            column[f],
            tables + base[f],
            // A state that the rule does not have is never read; this gives it an address to count from.
            (state1 ? state1 : tables) + base[f],
            (state2 ? state2 : tables) + base[f],
            grad + (factor ? 0 : column[f]),
            factor,
            mask,
            regularity ? regularity + regularity_base[f] : nullptr,
            pulls,
            0,
            row_mask ? row_mask + row_base[f] : nullptr,
            grad_stride,
            order + f * batch,
            starts + f * (batch + 1),
            unique + f * batch,
            batch,
            mask_grad ? own : nullptr,
            gram ? own + (mask_grad ? columns : 0) + regularity_base[f] : nullptr,
            mask_grad_sign != 0};
    if (x.mask_partial) clear(x.mask_partial + x.column, x.d);
    if (x.gram_partial) clear(x.gram_partial, (int64_t)x.d * x.d);
    if (x.regularity) x.pulling = list_pulls(x.regularity, x.d, pulls);
    if (rule == DS_SGD)
      run_unit<DS_SGD>(x, h, counts[f], unit);
    else if (rule == DS_ADAGRAD)
      run_unit<DS_ADAGRAD>(x, h, counts[f], unit);
    else
      run_unit<DS_ADAM>(x, h, counts[f], unit);
  });

  if (mask_grad) combine(workspace, units, share, mask_grad, columns);
  if (gram)
    for (int64_t unit = 0; unit < units; unit++) {
      const float *partial = workspace + unit * share + (mask_grad ? columns : 0);
      for (int64_t i = 0; i < squares; i++) gram[i] += (double)partial[i];
    }
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
