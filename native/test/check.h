/*
 * The test harness: cases that register themselves, guarded buffers, comparison against a float64 reference, seeded random numbers.
 * A case runs the kernel under test on 1, 2 and 4 threads by itself where order of work could matter (see for_each_pool).
 */
#ifndef DIMSIEVE_CHECK_H
#define DIMSIEVE_CHECK_H

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "dimsieve.h"

namespace check {

extern const ds_backend *backend;  // the variant under test
extern const ds_backend *baseline; // the variant every machine has, of the same library
extern const ds_backend *absent;   // the CUDA back end of this build where it finds no device, else null
extern const char *library;        // where the variant under test comes from
extern bool on_cuda;               // CUDA is under test: sums over a batch have an order of their own there

/* The status of a call on which the kernels have ended: a CUDA kernel tells what it met in its input only then. */
int settled(int status);

struct Case {
  const char *name;
  void (*body)();
};
std::vector<Case> &cases();
struct Register {
  Register(const char *name, void (*body)()) { cases().push_back({name, body}); }
};
#define TEST(name)                                 \
  static void name();                              \
  static ::check::Register register_##name(#name, name); \
  static void name()

[[noreturn]] void fail(const char *file, int line, const std::string &message);
#define REQUIRE(condition) \
  if (!(condition)) ::check::fail(__FILE__, __LINE__, #condition)
#define REQUIRE_STATUS(expected, call)                                                                                          \
  if (int status_ = ::check::settled(call); status_ != (expected))                                                                             \
  ::check::fail(__FILE__, __LINE__, std::string(#call) + ": status " + std::to_string(status_) + ", expected " + std::to_string(expected))

/* 64-byte aligned memory that both this program and the back end under test can touch. */
void *take(int64_t bytes);
void give_back(void *memory, int64_t bytes);

/* An array of T, 64-byte aligned, with 256 guard bytes on each side that are checked when it goes. */
template <class T>
class Buffer {
 public:
  explicit Buffer(int64_t n) : n_(n), bytes_(n * (int64_t)sizeof(T)) {
    raw_ = static_cast<unsigned char *>(take(2 * GUARD + bytes_));
    std::memset(raw_, 0xA5, (size_t)(2 * GUARD + bytes_));
    std::memset(raw_ + GUARD, 0, (size_t)bytes_);
  }
  Buffer(const std::vector<T> &values) : Buffer((int64_t)values.size()) {
    if (n_) std::memcpy(raw_ + GUARD, values.data(), (size_t)bytes_);
  }
  Buffer(const Buffer &other) : Buffer(other.n_) { std::memcpy(raw_, other.raw_, (size_t)(2 * GUARD + bytes_)); }
  Buffer &operator=(const Buffer &) = delete;
  ~Buffer() {
    for (int64_t i = 0; i < GUARD; i++)
      if (raw_[i] != 0xA5 || raw_[GUARD + bytes_ + i] != 0xA5) fail("guard", (int)i, "a kernel wrote outside its buffer");
    give_back(raw_, 2 * GUARD + bytes_);
  }
  T *data() { return reinterpret_cast<T *>(raw_ + GUARD); }
  const T *data() const { return reinterpret_cast<const T *>(raw_ + GUARD); }
  operator T *() { return data(); }
  T &operator[](int64_t i) { return data()[i]; }
  const T &operator[](int64_t i) const { return data()[i]; }
  int64_t size() const { return n_; }
  bool operator==(const Buffer &o) const { return n_ == o.n_ && std::memcmp(data(), o.data(), (size_t)bytes_) == 0; }

 private:
  static constexpr int64_t GUARD = 256;
  int64_t n_, bytes_;
  unsigned char *raw_;
};
using F32 = Buffer<float>;
using F64 = Buffer<double>;
using I32 = Buffer<int32_t>;
using I64 = Buffer<int64_t>;

/* splitmix64: every case seeds its own. */
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t bits() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  double uniform() { return (double)(bits() >> 11) * 0x1p-53; }
  double signed_uniform() { return 2 * uniform() - 1; }
  int64_t below(int64_t n) { return (int64_t)(bits() % (uint64_t)n); }
  void fill(F32 &b, double scale = 1) {
    for (int64_t i = 0; i < b.size(); i++) b[i] = (float)(scale * signed_uniform());
  }

 private:
  uint64_t state_;
};

/* Fails unless |actual - expected| <= relative * scale for all, where scale is the largest magnitude expected (at least 1e-30). */
void near(const char *file, int line, const float *actual, const std::vector<double> &expected, double relative);
#define REQUIRE_NEAR(actual, expected, relative) ::check::near(__FILE__, __LINE__, actual, expected, relative)

/* Calls body with no pool, then with pools of 1, 2 and 4 threads; on CUDA with no stream and with one. */
void for_each_pool(const std::function<void(ds_stream)> &body);

/* Sizes that reach every branch: empty, one, below, at and above a block of lanes, several chunks. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline const std::vector<int64_t> WIDTHS = {0, 1, 7, 8, 16, 17}; // the float64 references cost the square of these
#else
inline const std::vector<int64_t> WIDTHS = {0, 1, 4, 7, 8, 15, 16, 17, 33, 64, 65};
#endif

} // namespace check

#endif
