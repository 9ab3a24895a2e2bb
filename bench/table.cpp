#include "table.hpp"

#include <sys/utsname.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <sstream>
#include <thread>

namespace millrace::bench {

namespace {

constexpr double kMostNoise = 0.02;

std::string cpuModel() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "an unknown processor";
}

std::string kernel() {
  utsname name{};
  uname(&name);
  return name.release;
}

std::string today() {
  std::time_t now = std::time(nullptr);
  std::ostringstream text;
  text << std::put_time(std::gmtime(&now), "%F %R UTC");
  return text.str();
}

/// Three digits that mean something.
std::string number(double value) {
  int digits = value == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::abs(value))));
  std::ostringstream text;
  text << std::fixed << std::setprecision(std::clamp(2 - digits, 0, 3)) << value;
  return text.str();
}

std::string describe(const Limit& limit, const std::string& unit) {
  switch (limit.kind) {
    case Limit::Kind::kRatioAtLeast:
      return "ratio ≥ " + number(limit.value);
    case Limit::Kind::kRatioAtMost:
      return "ratio ≤ " + number(limit.value);
    case Limit::Kind::kEngineAtLeast:
      return "≥ " + number(limit.value) + ' ' + unit;
    case Limit::Kind::kEngineAtMost:
      return "≤ " + number(limit.value) + ' ' + unit;
  }
  return {};
}

std::string describe(const Bar& bar, const std::string& unit) {
  std::string text;
  for (const Limit& limit : bar.limits) text += (text.empty() ? "" : ", ") + describe(limit, unit);
  return text.empty() ? "–" : text;
}

bool isReached(const Limit& limit, const Line& line) {
  switch (limit.kind) {
    case Limit::Kind::kRatioAtLeast:
      return *line.ratio >= limit.value;
    case Limit::Kind::kRatioAtMost:
      return *line.ratio <= limit.value;
    case Limit::Kind::kEngineAtLeast:
      return line.engine >= limit.value;
    case Limit::Kind::kEngineAtMost:
      return line.engine <= limit.value;
  }
  return false;
}

std::string verdict(const Line& line) {
  if (line.bar.limits.empty()) return "–";
  bool reached =
      std::ranges::all_of(line.bar.limits, [&](const Limit& limit) { return isReached(limit, line); });
  return std::string(reached ? "yes" : "**no**") + (line.noise > kMostNoise ? ", noisy" : "");
}

}  // namespace

std::string tableHead(int rounds) {
  std::ostringstream text;
  text << "# Benchmarks\n\n"
       << "Measured " << today() << " on " << cpuModel() << ", " << std::thread::hardware_concurrency()
       << " cores, Linux " << kernel() << "; GCC " << __VERSION__ << ", `" << MILLRACE_BENCH_FLAGS << "`.\n"
       << "Written by `scripts/bench`: engine and reference run in turn in one process, pinned, medians of "
       << rounds << " rounds after a warm-up;\n"
       << "every answer is checked. Ratios are engine / reference, round by round. Noise is the share of its "
          "time that a loop which only\n"
       << "reads the clock lost between the runs; above 2 % a line does not count. wp99 is the median of the "
          "p99s of windows of 100 ms;\n"
       << "a noise floor is how late that loop sees, in this measure, what is due.\n\n"
       << "| benchmark | engine | reference | ratio | bar | reached | noise |\n"
       << "|---|--:|--:|--:|---|---|--:|\n";
  return text.str();
}

std::string tableLine(const Line& line) {
  std::ostringstream text;
  text << "| " << line.name << " | " << number(line.engine) << ' ' << line.unit << " | "
       << (line.reference ? number(*line.reference) + ' ' + line.unit : "–") << " | "
       << (line.ratio ? number(*line.ratio) : "–") << " | " << describe(line.bar, line.unit) << " | "
       << verdict(line) << " | " << number(line.noise * 100) << " % |\n";
  return text.str();
}

}  // namespace millrace::bench
