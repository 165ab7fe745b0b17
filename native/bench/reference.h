/*
 * The reference work of PERFORMANCE.md: 39 fields of equally many rows of 16 columns, a batch of zipf ids, an MLP of 400-400-400.
 */
#ifndef DIMSIEVE_BENCH_REFERENCE_H
#define DIMSIEVE_BENCH_REFERENCE_H

#include "bench.h"

namespace bench {

constexpr int32_t FIELDS = 39, D = 16, COLUMNS = FIELDS * D, FEW = FIELDS / 4 * 10 + FIELDS % 4 * (FIELDS % 4 + 1) / 2; // FEW: columns of 1 to 4 a field
constexpr int64_t WIDTH[] = {COLUMNS, 400, 400, 400, 1}; // of the MLP, from its input
constexpr int LAYERS = 4;
constexpr int64_t MISSED = 8; // steps that embedding_catch_up does, after step 1

struct Sizes {
  int64_t batch = 4096;
  std::vector<int64_t> rows = {1000, 26000};           // of a field
  std::vector<int64_t> scored = {1, 2, 4, 8, 16, 256}; // rows of a call that scores
  int64_t ceiling = 1 << 26, side = 2048;              // floats that no cache holds; of a matrix that fills the machine
};
inline const Sizes OF_A_CARD{4096, {1000, 26000}, {1, 16, 256, 4096}, 1 << 29, 8192};
/* Small enough for callgrind, and for kernels that run on the emulation. */
inline const Sizes SMALL{64, {300}, {1, 8}, 1 << 14, 64};

/* Adam's numbers. A step size of 0 leaves parameters where they are: every call does the same work, and no number runs away. */
inline float *adam(int64_t steps = 1) {
  const float hyper[] = {0, 0.9f, 0.999f, 1e-8f, 1e-5f, 1, 0, 0};
  return table<float>(8 * steps, [&](int64_t i) { return hyper[i % 8]; });
}

/* The layout of the tables (kernels.def), ids with P(id) ~ 1 / (id + 1), and their groups. */
struct Batch {
  int64_t batch, rows, floats;
  int64_t *base, *first_base, *row_base, *row_count, *square_base;
  int64_t *few_base; // of the same tables, compacted to FEW columns in all: 1 to 4 a field
  int32_t *few, *few_column;
  int32_t *width, *one, *column, *zero, *identity, *ids, *order, *scratch, *starts, *unique, *counts;
  float *mask, *grad, *hyper;

  Batch(int64_t batch, int64_t rows);
  void group() const { CALL(embedding_group, stream, row_count, ids, order, scratch, starts, unique, counts, batch, FIELDS); }
};

/* Tables with Adam's states, and what hangs on them: masks, Gram matrices, the matrices of the regularity. */
struct Tables : Batch {
  float *tables, *state1, *state2, *first, *first1, *first2, *bias, *dlogit, *out, *sums, *history, *mask_parameters, *mask_grad, *cost, *mu, *dm, *scale, *matrix,
      *gram_workspace, *workspace;
  int32_t *last;
  int64_t *row_mask;
  double *gram, *penalty;

  Tables(int64_t batch, int64_t rows);
};

/* One function a family, in the file of that name (column_cases: search, scoring_gather_cases: scoring). */
void ceiling_cases(int64_t floats, int64_t side);
void embedding_cases(const Lazy<Tables> &t, const std::string &shape);
void search_cases(const Lazy<Tables> &t, const std::string &shape);
void column_cases(const Lazy<Tables> &t); // what a search does to columns, whatever the rows
void interaction_cases(int64_t batch);
void layer_cases(int64_t batch);
void scoring_cases(int64_t scored);
void scoring_gather_cases(int64_t scored, int64_t rows);
void step_cases(const Lazy<Tables> &t, const std::string &shape);

/* What a case on tables of so many rows is called: "39 x 1000". */
inline std::string shape(int64_t rows) { return std::to_string(FIELDS) + " x " + std::to_string(rows); }

} // namespace bench

#endif
