/*
 * The harness of dimsieve_bench: the back end that is measured, arrays on its device, cases.
 *
 * A case is one call of a kernel, CASE(kernel, what, arguments but the stream...), or some calls that belong together, add(...). Set-up that cases share is
 * Lazy: it is made by the first call that needs it, so that cases nobody asked for cost nothing.
 */
#ifndef DIMSIEVE_BENCH_H
#define DIMSIEVE_BENCH_H

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dimsieve.h"

namespace bench {

extern const ds_backend *backend;
extern ds_stream stream;

/* What a case lacks here: thrown, the case is left out. */
struct Lacks {
  const char *what;
};
/* Throws Lacks at DS_NO_BLAS and DS_NO_MEMORY, ends the program at any other status but DS_OK. */
void check(int status, const char *what);
#define CALL(name, ...) ::bench::check(::bench::backend->name(__VA_ARGS__), #name)

struct Case {
  std::string kernel; // of kernels.def; empty where a case calls several
  std::string name;
  std::function<void()> call;
  std::function<void()> before; // each call, not timed; may be absent
};
std::vector<Case> &cases();
void add(const char *kernel, const std::string &what, std::function<void()> call, std::function<void()> before = nullptr);
#define CASE(kernel, what, ...) ::bench::add(#kernel, what, [=] { CALL(kernel, ::bench::stream, __VA_ARGS__); })

/* A set-up that several cases share, made when it is first looked at. */
template <class T>
class Lazy {
 public:
  explicit Lazy(std::function<T *()> make) : state_(new State{std::move(make), nullptr}) {}
  T *operator->() const {
    if (!state_->value) state_->value.reset(state_->make());
    return state_->value.get();
  }

 private:
  struct State {
    std::function<T *()> make;
    std::unique_ptr<T> value;
  };
  std::shared_ptr<State> state_;
};
template <class T, class... Arguments>
Lazy<T> lazy(Arguments... arguments) {
  return Lazy<T>([=] { return new T(arguments...); });
}

/* Releases arrays and stream: no case is called afterwards. */
void close();

/* Arrays on the device; they live until close. */
void *allocate(int64_t bytes);
void fill(void *device, const void *host, int64_t bytes);
template <class T>
T *zeros(int64_t n) {
  return static_cast<T *>(allocate(n * (int64_t)sizeof(T)));
}
template <class T>
T *device(const std::vector<T> &values) {
  T *p = zeros<T>((int64_t)values.size());
  fill(p, values.data(), (int64_t)(values.size() * sizeof(T)));
  return p;
}
template <class T>
T *constant(int64_t n, T value) {
  return device(std::vector<T>((size_t)n, value));
}
/* make(0), ..., make(n - 1) */
template <class T, class Make>
T *table(int64_t n, Make make) {
  std::vector<T> values((size_t)n);
  for (int64_t i = 0; i < n; i++) values[(size_t)i] = (T)make(i);
  return device(values);
}
/* Uniform in [0, 1), the same sequence in every run. */
double uniform();
/* Uniform in [-scale, scale). */
float *noise(int64_t n, float scale);

} // namespace bench

#endif
