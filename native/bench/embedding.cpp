/* Cases of the kernels that read and update embedding tables in training. */
#include "reference.h"

namespace bench {

void embedding_cases(const Lazy<Tables> &t, const std::string &shape) {
  const auto gather = [&](const std::string &what, bool masked, bool row_masked) {
    CASE(embedding_gather, what + shape, t->tables, t->base, t->width, t->column, t->row_count, t->ids, masked ? t->mask : nullptr,
         row_masked ? t->row_mask : nullptr, t->row_base, t->out, t->batch, FIELDS, COLUMNS);
  };
  gather("", false, false);
  gather("masked, ", true, false);
  gather("row masks, ", false, true);
  CASE(embedding_gather, "compacted, " + shape, t->tables, t->few_base, t->few, t->few_column, t->row_count, t->ids, nullptr, nullptr, nullptr, t->out, t->batch,
       FIELDS, FEW);
  const auto fm = [&](const std::string &what, bool masked, bool row_masked) {
    CASE(fm_gather, what + shape, t->tables, t->base, t->row_count, t->ids, masked ? t->mask : nullptr, row_masked ? t->row_mask : nullptr, t->row_base,
         t->sums, t->out, t->batch, FIELDS, D);
  };
  fm("", false, false);
  fm("masked, ", true, false);
  fm("row masks, ", false, true);
  CASE(linear_forward, shape, t->first, t->first_base, t->row_count, t->ids, t->bias, t->out, t->batch, FIELDS);
  CASE(embedding_group, shape, t->row_count, t->ids, t->order, t->scratch, t->starts, t->unique, t->counts, t->batch, FIELDS);

  const auto backward = [&](const std::string &what, int rule, bool mask_grad, bool regular, bool gram) {
    CASE(embedding_backward, what + shape, t->grad, COLUMNS, nullptr, t->order, t->starts, t->unique, t->counts, t->base, t->width, t->column,
         mask_grad ? t->mask : nullptr, nullptr, nullptr, regular ? t->matrix : nullptr, t->square_base, t->tables, t->state1, t->state2,
         mask_grad ? t->mask_grad : nullptr, 0, gram ? t->gram : nullptr, t->workspace, rule, t->hyper, t->batch, FIELDS, COLUMNS);
  };
  backward("SGD, ", DS_SGD, false, false, false);
  backward("Adagrad, ", DS_ADAGRAD, false, false, false);
  backward("Adam, ", DS_ADAM, false, false, false);
  backward("Adam, mask gradient, ", DS_ADAM, true, false, false);
  backward("Adam, mask gradient, regularity, ", DS_ADAM, true, true, false);
  backward("Adam, mask gradient, regularity, Gram, ", DS_ADAM, true, true, true);
  CASE(embedding_backward, "Adam, compacted, " + shape, t->grad, FEW, nullptr, t->order, t->starts, t->unique, t->counts, t->few_base, t->few, t->few_column, nullptr,
       nullptr, nullptr, nullptr, nullptr, t->tables, t->state1, t->state2, nullptr, 0, nullptr, nullptr, DS_ADAM, t->hyper, t->batch, FIELDS, FEW);
  const auto factors = [&](const std::string &what, bool searched) {
    CASE(embedding_backward, what + shape, t->sums, D, t->dlogit, t->order, t->starts, t->unique, t->counts, t->base, t->width, t->column,
         searched ? t->mask : nullptr, nullptr, nullptr, searched ? t->matrix : nullptr, t->square_base, t->tables, t->state1, t->state2,
         searched ? t->mask_grad : nullptr, 0, nullptr, t->workspace, DS_ADAM, t->hyper, t->batch, FIELDS, COLUMNS);
  };
  factors("Adam, factors, ", false);
  factors("Adam, factors, mask gradient, regularity, ", true);
  CASE(embedding_backward, "Adam, first order, " + shape, t->dlogit, 1, nullptr, t->order, t->starts, t->unique, t->counts, t->first_base, t->one, t->zero, nullptr,
       nullptr, nullptr, nullptr, nullptr, t->first, t->first1, t->first2, nullptr, 0, nullptr, nullptr, DS_ADAM, t->hyper, t->batch, FIELDS, 0);

  add(
      "embedding_catch_up", std::to_string(MISSED) + " steps, " + shape,
      [=] {
        CALL(embedding_catch_up, stream, t->unique, t->counts, t->base, t->width, t->row_base, t->tables, t->state1, t->state2, t->last, DS_ADAM, t->history,
             MISSED + 2, t->batch, FIELDS);
      },
      [=] { CALL(embedding_mark, stream, t->unique, t->counts, t->row_base, t->last, 1, t->batch, FIELDS); });
  CASE(embedding_mark, shape, t->unique, t->counts, t->row_base, t->last, 1, t->batch, FIELDS);
}

} // namespace bench
