#include "continuous/latencies.hpp"

#include "harness.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace millrace::bench {

namespace {

constexpr std::chrono::milliseconds kWindow{100};
constexpr std::size_t kLeast = 20;  // a window with fewer has no p99 to speak of

}  // namespace

std::vector<std::vector<double>> Latencies::windows() const {
  if (samples_.empty()) throw std::runtime_error("nothing was measured");
  auto first = std::ranges::min(samples_, {}, &Sample::due).due;
  std::map<std::int64_t, std::vector<double>> byWindow;
  for (const Sample& sample : samples_) {
    auto since = sample.due - first;
    if (since < skip_) continue;
    byWindow[since / kWindow].push_back(std::chrono::duration<double, std::micro>(sample.took).count());
  }
  std::vector<std::vector<double>> windows;
  for (auto& [number, window] : byWindow) windows.push_back(std::move(window));
  return windows;
}

double Latencies::p50() const {
  std::vector<double> all;
  for (const auto& window : windows()) all.insert(all.end(), window.begin(), window.end());
  return medianOf(std::move(all));
}

double Latencies::wp99() const {
  std::vector<double> p99s;
  for (auto& window : windows()) {
    if (window.size() < kLeast) continue;
    auto p99 = window.begin() + static_cast<std::ptrdiff_t>((window.size() * 99 + 99) / 100 - 1);
    std::ranges::nth_element(window, p99);
    p99s.push_back(*p99);
  }
  return medianOf(std::move(p99s));
}

Latencies Latencies::during(TimePoint from, TimePoint to) const {
  Latencies found(0, std::chrono::milliseconds(0));
  for (const Sample& sample : samples_) {
    if (sample.due >= from && sample.due < to) found.samples_.push_back(sample);
  }
  return found;
}

}  // namespace millrace::bench
