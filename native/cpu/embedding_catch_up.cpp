/*
 * Exact dense semantics for sparse updates: before a row is used at step t, the steps that passed it by are replayed.
 *
 * A dense optimizer also moves rows that are not in the batch: their data gradient is 0, but coupled L2 pulls and Adam's moments decay. For each row r with
 * last[row_base[f] + r] = t0 < step - 1, updates t0 + 1 .. step - 1 are done with gradient 0, in update.h's arithmetic, with the hyper of step t (from 1) at
 * history + 8 (t - 1); then last = step - 1. Sparse training with catch-up gives the bits of dense training.
 *
 *   unique [fields, batch], counts [fields]   embedding_group's: the rows to bring up to date. Null unique: all rows of all fields (the flush at the end)
 *   row_base [fields + 1]                     row r of field f is entry row_base[f] + r of last; row_base[f + 1] - row_base[f] rows
 *   tables, states                            as in embedding_backward; states a rule does not have may be null
 *   history [step - 1, 8]
 *
 * embedding_mark sets last = step for the rows of a batch, after their embedding_backward of that step.
 *
 * Columns of a row stay in registers over its missed steps. 8 (SGD) to 24 (Adam) bytes a column once, 4 to 14 flops a column and missed step.
 * A row whose last is negative is left alone and the call answers DS_OUT_OF_RANGE. Source: lazy updates as in Langford et al. 2009 (truncated gradient),
 * here by replay, not by closed form.
 */
#include "arguments.h"
#include "pool.h"
#include "update.h"

namespace ds {
namespace DS_ISA {

constexpr int64_t ROWS = 128; // rows a unit of work: missed steps differ much from row to row

template <int RULE>
static void replay(const float *history, int64_t from, int64_t to, float *p, float *s1, float *s2, int32_t d) {
  each_block(d, [&](int64_t j, int n) {
    change<RULE>(p + j, s1 + j, s2 + j, n, [&](Lanes &x, Lanes &m, Lanes &v) {
      for (int64_t t = from; t < to; t++) advance<RULE>(Hyper(history + 8 * t), x, lanes(0.0f), m, v);
    });
  });
}

int embedding_catch_up(ds_stream stream, ds_i32_in unique, ds_i32_in counts, ds_i64_in base, ds_i32_in width, ds_i64_in row_base, ds_f32 tables,
                       ds_f32 state1, ds_f32 state2, ds_i32 last, int32_t rule, ds_f32_in history, int64_t step, int64_t batch, int32_t fields) {
  if (!none_negative(step, batch, fields) || step > INT32_MAX || rule < DS_SGD || rule > DS_ADAM) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(base, width, row_base, tables, last) || (step > 1 && !history) || (unique && !counts)) return DS_INVALID;
  if ((rule != DS_SGD && !state1) || (rule == DS_ADAM && !state2)) return DS_INVALID;
  // A state that the rule does not have is never read; this gives it an address to count from.
  float *const first_state = state1 ? state1 : tables, *const second_state = state2 ? state2 : tables;
  int64_t most = 0;
  const auto rows_of = [&](int64_t f) { return unique ? (int64_t)counts[f] : row_base[f + 1] - row_base[f]; };
  for (int32_t f = 0; f < fields; f++) {
    if (width[f] < 0 || rows_of(f) < 0 || (unique && rows_of(f) > batch)) return DS_INVALID;
    most = rows_of(f) > most ? rows_of(f) : most;
  }
  int outside = 0;
  parallel(stream, chunks_of(most, ROWS) * fields, [&](int64_t work) {
    const int64_t f = work % fields, first = work / fields * ROWS, end = least(first + ROWS, rows_of(f));
    for (int64_t i = first; i < end; i++) {
      const int64_t row = unique ? (int64_t)unique[f * batch + i] : i, at = base[f] + row * width[f];
      int32_t *const done = last + row_base[f] + row;
      if (*done >= step - 1) continue;
      if (*done < 0) {
        __atomic_store_n(&outside, 1, __ATOMIC_RELAXED);
        continue;
      }
      float *p = tables + at, *s1 = first_state + at, *s2 = second_state + at;
      if (rule == DS_SGD)
        replay<DS_SGD>(history, *done, step - 1, p, s1, s2, width[f]);
      else if (rule == DS_ADAGRAD)
        replay<DS_ADAGRAD>(history, *done, step - 1, p, s1, s2, width[f]);
      else
        replay<DS_ADAM>(history, *done, step - 1, p, s1, s2, width[f]);
      *done = (int32_t)(step - 1);
    }
  });
  return outside ? DS_OUT_OF_RANGE : DS_OK;
}

int embedding_mark(ds_stream stream, ds_i32_in unique, ds_i32_in counts, ds_i64_in row_base, ds_i32 last, int64_t step, int64_t batch, int32_t fields) {
  if (!none_negative(step, batch, fields) || step > INT32_MAX) return DS_INVALID;
  if (fields == 0) return DS_OK;
  if (!all_set(unique, counts, row_base, last)) return DS_INVALID;
  for (int32_t f = 0; f < fields; f++)
    if (counts[f] < 0 || counts[f] > batch) return DS_INVALID;
  parallel(stream, fields, [&](int64_t f) {
    for (int64_t i = 0; i < counts[f]; i++) last[row_base[f] + unique[f * batch + i]] = (int32_t)step;
  });
  return DS_OK;
}

} // namespace DS_ISA
} // namespace ds
