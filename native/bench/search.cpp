/* Cases of the kernels that the search methods bring: regularity, masks, thresholds (PEP), twins (AMTL). */
#include "reference.h"

namespace bench {

namespace {

/* Soft-thresholded tables: Adam's states of values and thresholds. */
struct Thresholds {
  float *values, *tables, *thresholds, *state1, *state2, *threshold_state1, *threshold_state2, *workspace;
  int64_t *kept;

  explicit Thresholds(const Lazy<Tables> &t) {
    values = noise(t->floats, 1);
    tables = zeros<float>(t->floats);
    thresholds = constant(t->floats, -1.0f); // as many as the finest granularity asks for
    state1 = zeros<float>(t->floats);
    state2 = zeros<float>(t->floats);
    threshold_state1 = zeros<float>(t->floats);
    threshold_state2 = zeros<float>(t->floats);
    workspace = zeros<float>((t->rows + DS_ROW_CHUNK - 1) / DS_ROW_CHUNK * COLUMNS);
    kept = zeros<int64_t>(3 * FIELDS);
  }
};

/* Twins of the sizes in twin_mask.cpp, with so many classes of values in each field. */
constexpr int32_t CLASSES_OF_FIELD = 40, CLASSES = FIELDS * CLASSES_OF_FIELD, INPUTS = 4, HIDDEN1 = 32, HIDDEN2 = 16, OUTPUTS = D + 1;
constexpr int64_t TWINS = 2 * (INPUTS * HIDDEN1 + HIDDEN1 + HIDDEN1 * HIDDEN2 + HIDDEN2 + HIDDEN2 * OUTPUTS + OUTPUTS);

struct Twins {
  float *attributes, *alpha, *share, *weights, *hidden, *logits, *dm, *dweights, *workspace;
  int32_t *k, *class_of_row, *class_base;

  explicit Twins(const Lazy<Tables> &t) {
    attributes = noise(CLASSES * INPUTS, 1);
    alpha = constant(CLASSES, 0.5f);
    share = constant(CLASSES, 1.0f / CLASSES);
    weights = noise(TWINS, 0.5f);
    hidden = zeros<float>(CLASSES * 2 * (HIDDEN1 + HIDDEN2));
    logits = zeros<float>(CLASSES * OUTPUTS);
    dm = noise(CLASSES * D, 0.1f);
    dweights = zeros<float>(TWINS);
    workspace = zeros<float>((CLASSES + DS_CLASS_CHUNK - 1) / DS_CLASS_CHUNK * TWINS);
    k = zeros<int32_t>(CLASSES);
    const int64_t rows = t->rows;
    class_of_row = table<int32_t>(FIELDS * rows, [=](int64_t r) { return r / rows * CLASSES_OF_FIELD + r % rows % CLASSES_OF_FIELD; });
    class_base = table<int32_t>(FIELDS + 1, [](int64_t f) { return f * CLASSES_OF_FIELD; });
    forward();
  }
  void forward() const { CALL(twin_mask_forward, stream, attributes, alpha, weights, hidden, logits, k, 0, INPUTS, HIDDEN1, HIDDEN2, OUTPUTS, CLASSES); }
};

} // namespace

void column_cases(const Lazy<Tables> &t) {
  const char *const forms[] = {"SO", "SO normalized", "coherence", "spectral"};
  for (int form = DS_SO; form <= DS_SPECTRAL; form++)
    CASE(regularity, forms[form], t->gram, t->square_base, t->width, t->column, t->mask, t->scale, form, t->matrix, t->penalty, FIELDS);
  CASE(mask_open, "624 columns", t->mask_parameters, t->mask_grad, COLUMNS);
  CASE(mask_surrogate, "sigmoid, normalized", t->mask_parameters, t->mask_grad, t->cost, t->mu, t->width, t->column, DS_Q_SIGMOID, 0.1f, 1, t->dm,
       FIELDS);
  const auto w = lazy<Twins>(t);
  const std::string shape = std::to_string(CLASSES) + " classes, 4-32-16-17";
  add("twin_mask_forward", shape, [=] { w->forward(); });
  CASE(twin_mask_backward, shape, w->attributes, w->alpha, w->share, w->weights, w->hidden, w->logits, w->dm, 1.0f, 0.1f, w->dweights, w->workspace, 0,
       INPUTS, HIDDEN1, HIDDEN2, OUTPUTS, CLASSES);
}

void search_cases(const Lazy<Tables> &t, const std::string &shape) {
  CASE(gram, shape, t->tables, t->base, t->width, t->row_count, 0, t->square_base, t->gram, t->gram_workspace, FIELDS);
  const auto p = lazy<Thresholds>(t);
  const struct {
    const char *name;
    int kind;
  } granularities[] = {{"of fields, ", DS_T_FIELD}, {"of entries, ", DS_T_FEATURE_DIMENSION}};
  for (const auto &granularity : granularities) {
    const int kind = granularity.kind;
    CASE(threshold_apply, granularity.name + shape, p->values, p->thresholds, kind, t->base, t->width, t->column, t->row_count, p->tables, p->kept, FIELDS);
    CASE(threshold_update, granularity.name + shape, t->grad, COLUMNS, t->order, t->starts, t->unique, t->counts, t->base, t->width, t->column, t->row_count,
         p->values, p->state1, p->state2, t->hyper, p->thresholds, p->threshold_state1, p->threshold_state2, t->hyper, kind, p->tables, p->kept, p->workspace,
         t->batch, FIELDS, COLUMNS);
  }

  const auto w = lazy<Twins>(t);
  CASE(twin_mask_rows, "rows of the batch, " + shape, w->k, w->class_of_row, t->row_base, t->unique, t->counts, t->row_mask, t->batch, FIELDS);
  CASE(twin_mask_rows, "all rows, " + shape, w->k, w->class_of_row, t->row_base, nullptr, nullptr, t->row_mask, t->batch, FIELDS);
  CASE(twin_mask_gradient, shape, t->grad, COLUMNS, t->order, t->starts, t->unique, t->counts, t->base, t->column, t->tables, w->class_of_row, t->row_base,
       w->class_base, w->dm, D, t->batch, FIELDS);
}

} // namespace bench
