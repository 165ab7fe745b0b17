/* The table itself: every kernel present, every kernel survives nulls, zeros and negative sizes, memory and streams behave. */
#include <tuple>
#include <type_traits>

#include "check.h"
#include "dimsieve_loader.h"
#include "dimsieve_kernels.h"

using namespace check;

namespace {

template <class T>
T value(int64_t number) {
  if constexpr (std::is_pointer_v<T>)
    return nullptr;
  else
    return static_cast<T>(number);
}

/* Calls a kernel with null pointers and the same number for every size, flag and factor. */
template <class... Arguments>
int call_with(int (*kernel)(Arguments...), int64_t number) {
  return kernel(value<Arguments>(number)...);
}

} // namespace

TEST(abi_kernels_are_present) {
#define KERNEL(name, params, args) REQUIRE(backend->name != nullptr && (!absent || absent->name != nullptr));
#include "kernels.def"
#undef KERNEL
}

TEST(abi_null_pointers_and_bad_sizes_are_refused) {
#define KERNEL(name, params, args)                                              \
  for (int64_t size : {int64_t(1), int64_t(3), int64_t(1) << 20, int64_t(-1)})  \
    if (call_with(backend->name, size) != DS_INVALID) fail(#name, (int)size, "accepted null pointers or a negative size");
#include "kernels.def"
#undef KERNEL
}

TEST(abi_absent_device_says_so) {
  if (!absent) return;
#define KERNEL(name, params, args) REQUIRE(call_with(absent->name, 0) == DS_NO_DEVICE);
#include "kernels.def"
#undef KERNEL
  char text[128];
  REQUIRE(absent->probe(text, sizeof text) == DS_NO_DEVICE);
  REQUIRE(std::strlen(text) > 10);
}

TEST(abi_version_is_checked) {
  char text[512] = "";
  REQUIRE(ds_open("/nonexistent/libdimsieve.so", nullptr, text, sizeof text) == nullptr);
  REQUIRE(std::strlen(text) > 0);
  void *opened = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  REQUIRE(opened != nullptr);
  const auto get = reinterpret_cast<ds_backend_get_function>(dlsym(opened, DS_ENTRY));
  REQUIRE(get(DS_ABI, nullptr) != nullptr && get(DS_ABI ^ 1, nullptr) == nullptr);
}

TEST(abi_memory_is_aligned_zeroed_and_bounded) {
  for (int64_t bytes : {int64_t(0), int64_t(1), int64_t(4096), int64_t(5) << 20}) {
    ds_address p = nullptr;
    REQUIRE_STATUS(DS_OK, backend->allocate(bytes, &p));
    REQUIRE(p != nullptr && reinterpret_cast<uintptr_t>(p) % 64 == 0);
    for (int64_t i = 0; i < bytes; i++) REQUIRE(static_cast<char *>(p)[i] == 0);
    REQUIRE_STATUS(DS_OK, backend->release(p, bytes));
  }
  ds_address p = nullptr;
  REQUIRE_STATUS(DS_NO_MEMORY, backend->allocate(INT64_MAX, &p));
  REQUIRE_STATUS(DS_INVALID, backend->allocate(-1, &p));
  REQUIRE_STATUS(DS_INVALID, backend->allocate(16, nullptr));
}

TEST(abi_streams_refuse_bad_sizes) {
  ds_stream s = nullptr;
  REQUIRE_STATUS(DS_INVALID, backend->stream_create(0, &s));
  REQUIRE_STATUS(DS_INVALID, backend->stream_create(-1, &s));
  REQUIRE_STATUS(DS_INVALID, backend->stream_create(2, nullptr));
  REQUIRE_STATUS(DS_INVALID, backend->stream_destroy(nullptr));
}

TEST(abi_pinned_memory_is_memory_of_the_host) {
  ds_stream s = nullptr, other = nullptr;
  REQUIRE_STATUS(DS_OK, backend->stream_create(1, &s));
  REQUIRE_STATUS(DS_OK, backend->stream_create(1, &other));
  ds_address p = nullptr;
  REQUIRE_STATUS(DS_OK, backend->allocate_pinned(4000, &p));
  REQUIRE(reinterpret_cast<uintptr_t>(p) % 64 == 0);
  F32 device(1000), back(1000);
  float *pinned = static_cast<float *>(p);
  for (int64_t i = 0; i < 1000; i++) {
    REQUIRE(pinned[i] == 0);
    pinned[i] = (float)i;
  }
  REQUIRE(backend->copy_in(other, device.data(), pinned, 4000) == DS_OK);
  REQUIRE(backend->stream_after(s, other) == DS_OK && backend->stream_after(nullptr, s) == DS_OK);
  REQUIRE(backend->add(nullptr, device, device, back, 1000) == DS_OK);
  REQUIRE_STATUS(DS_OK, backend->stream_synchronize(nullptr));
  for (int64_t i = 0; i < 1000; i++) REQUIRE(back[i] == 2 * pinned[i]);
  REQUIRE_STATUS(DS_OK, backend->stream_tf32(s, 0));
  if (!on_cuda) REQUIRE(backend->stream_tf32(s, 1) == DS_NO_BLAS);
  REQUIRE_STATUS(DS_INVALID, backend->allocate_pinned(-1, &p));
  REQUIRE_STATUS(DS_INVALID, backend->allocate_pinned(16, nullptr));
  REQUIRE_STATUS(DS_OK, backend->release_pinned(p, 4000));
  REQUIRE_STATUS(DS_OK, backend->stream_destroy(other));
  REQUIRE_STATUS(DS_OK, backend->stream_destroy(s));
}

TEST(abi_recorded_calls_are_done_at_every_launch) {
  ds_stream s = nullptr;
  REQUIRE_STATUS(DS_OK, backend->stream_create(1, &s));
  F32 a(1000), b(1000), sum(1000), copy(1000);
  Random(1).fill(a);
  Random(2).fill(b);
  REQUIRE(backend->capture_begin(s) == DS_OK);
  ds_graph graph = nullptr;
  REQUIRE(backend->add(s, a, b, sum, 1000) == DS_OK);
  REQUIRE(backend->copy_in(s, copy.data(), sum.data(), 4000) == DS_OK);
  REQUIRE(backend->capture_end(s, &graph) == DS_OK);
  REQUIRE(sum[7] == 0 && copy[7] == 0);
  for (float change : {0.0f, 1.0f}) {
    a[7] += change;
    REQUIRE_STATUS(DS_OK, backend->graph_launch(s, graph));
    REQUIRE_STATUS(DS_OK, backend->stream_synchronize(s));
    for (int64_t i = 0; i < 1000; i++) REQUIRE(sum[i] == a[i] + b[i] && copy[i] == sum[i]);
  }
  REQUIRE(backend->graph_launch(s, nullptr) == DS_INVALID && backend->graph_destroy(nullptr) == DS_INVALID);
  REQUIRE(backend->graph_destroy(graph) == DS_OK);
  REQUIRE_STATUS(DS_OK, backend->stream_destroy(s));
}

TEST(abi_profile_counts_calls_and_what_they_do) {
  ds_stream s = nullptr;
  REQUIRE_STATUS(DS_OK, backend->stream_create(1, &s));
  F32 a(1000), sum(1000);
  std::vector<const char *> names;
  while (const char *name = ds_kernel_name((int32_t)names.size())) names.push_back(name);
  REQUIRE(ds_kernel_name(-1) == nullptr);
  const auto number_of = [&](const char *kernel) {
    size_t k = 0;
    while (std::strcmp(names[k], kernel) != 0) k++;
    return k;
  };
  std::vector<double> totals(names.size() * DS_TOTALS), none = totals;
  std::vector<int64_t> events(1 + 3 * 2);
  REQUIRE_STATUS(DS_OK, backend->profile(s, totals.data(), events.data(), 2));
  for (int i = 0; i < 3; i++) REQUIRE(backend->add(s, a, a, sum, 1000) == DS_OK);
  REQUIRE(backend->add(s, nullptr, a, sum, 1000) == DS_INVALID && backend->mask_open(s, a, sum, 0) == DS_OK);
  REQUIRE(backend->add(nullptr, a, a, sum, 1000) == DS_OK);
  const size_t k = number_of("add");
  const double *add = totals.data() + k * DS_TOTALS;
  REQUIRE(add[0] == 3 && add[1] > 0 && add[2] == 36000 && add[3] == 3000);
  REQUIRE(totals[number_of("mask_open") * DS_TOTALS] == 1);
  REQUIRE(events[0] == 2 && events[1] == (int64_t)k && events[4] == (int64_t)k);
  REQUIRE(events[2] <= events[3] && events[3] <= events[5] && events[5] <= events[6]);
  REQUIRE_STATUS(DS_OK, backend->profile(s, nullptr, nullptr, 0));
  const std::vector<double> before = totals;
  REQUIRE_STATUS(DS_OK, backend->add(s, a, a, sum, 1000));
  REQUIRE(totals == before);
  REQUIRE(backend->profile(nullptr, none.data(), nullptr, 0) == DS_INVALID && backend->profile(s, none.data(), nullptr, -1) == DS_INVALID);
  REQUIRE_STATUS(DS_OK, backend->stream_destroy(s));
}

TEST(abi_recording_out_of_turn_is_refused) {
  ds_stream s = nullptr;
  ds_graph graph = nullptr, empty = nullptr;
  F32 a(100), b(100), sum(100);
  Random(1).fill(a);
  REQUIRE_STATUS(DS_OK, backend->stream_create(1, &s));
  REQUIRE(backend->capture_begin(nullptr) == DS_INVALID);
  REQUIRE(backend->capture_end(s, &graph) == DS_INVALID && backend->capture_end(nullptr, &graph) == DS_INVALID && graph == nullptr);
  REQUIRE(backend->capture_begin(s) == DS_OK && backend->capture_begin(s) == DS_INVALID);
  REQUIRE(backend->add(s, a, b, sum, 100) == DS_OK);
  float out[4] = {7, 7, 7, 7};
  REQUIRE(backend->stream_synchronize(s) == DS_INVALID && backend->copy_out(s, out, a.data(), sizeof out) == DS_INVALID && out[0] == 7);
  REQUIRE(backend->capture_end(s, nullptr) == DS_INVALID && backend->capture_end(nullptr, &graph) == DS_INVALID);
  REQUIRE(backend->capture_end(s, &graph) == DS_OK && graph != nullptr); // none of that ended it
  ds_graph before = graph;
  REQUIRE(backend->capture_end(s, &graph) == DS_INVALID && graph == before);
  REQUIRE(backend->graph_launch(nullptr, graph) == DS_INVALID && backend->graph_launch(s, nullptr) == DS_INVALID);

  REQUIRE(backend->capture_begin(s) == DS_OK);
  REQUIRE(backend->graph_launch(s, graph) == DS_INVALID);
  REQUIRE(backend->capture_end(s, &empty) == DS_OK);
  REQUIRE_STATUS(DS_OK, backend->graph_launch(s, empty));
  REQUIRE_STATUS(DS_OK, backend->stream_synchronize(s));
  for (int64_t i = 0; i < 100; i++) REQUIRE(sum[i] == 0);
  REQUIRE_STATUS(DS_OK, backend->graph_launch(s, graph));
  REQUIRE_STATUS(DS_OK, backend->stream_synchronize(s));
  for (int64_t i = 0; i < 100; i++) REQUIRE(sum[i] == a[i]);

  REQUIRE(backend->graph_destroy(empty) == DS_OK && backend->graph_destroy(graph) == DS_OK && backend->graph_destroy(nullptr) == DS_INVALID);
  REQUIRE(backend->capture_begin(s) == DS_OK && backend->stream_destroy(s) == DS_OK); // what it records goes with it
  REQUIRE_STATUS(DS_OK, backend->add(nullptr, a, b, sum, 100));
}
