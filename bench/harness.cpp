#include "harness.hpp"

#include "cores.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iostream>

namespace millrace::bench {

namespace {

using Clock = std::chrono::steady_clock;

clockid_t measuredClock = CLOCK_MONOTONIC;

double secondsBy(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Reads the clock and nothing else; what lies between two readings beyond what a reading takes was taken away.
class NoiseMeter {
 public:
  void listen() {
    constexpr auto kLength = std::chrono::milliseconds(10);
    constexpr auto kGap = std::chrono::microseconds(1);
    auto begin = Clock::now();
    auto last = begin;
    while (last - begin < kLength) {
      auto now = Clock::now();
      if (now - last > kGap) lost_ += now - last;
      last = now;
    }
    listened_ += last - begin;
  }
  double share() const { return static_cast<double>(lost_.count()) / static_cast<double>(listened_.count()); }

 private:
  Clock::duration lost_{0};
  Clock::duration listened_{1};
};

}  // namespace

void expectEqual(const std::string& what, std::int64_t actual, std::int64_t expected) {
  if (actual == expected) return;
  throw WrongAnswer(what + ": got " + std::to_string(actual) + ", expected " + std::to_string(expected));
}

double medianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Figures::median(const std::string& variant) const { return medianOf(rounds_.at(variant)); }

double Figures::ratio(const std::string& variant, const std::string& toVariant) const {
  const auto& these = rounds_.at(variant);
  const auto& those = rounds_.at(toVariant);
  std::vector<double> ratios;
  for (std::size_t round = 0; round < these.size(); ++round) ratios.push_back(these[round] / those[round]);
  return medianOf(std::move(ratios));
}

Figures Session::measure(const std::vector<Variant>& variants) {
  std::map<std::string, std::vector<double>> figures;
  NoiseMeter noise;
  for (int round = 0; round <= rounds_; ++round) {
    std::cerr << (round == 0 ? "  warm-up" : "  round " + std::to_string(round)) << std::flush;
    for (const Variant& variant : variants) {
      pinToWorkCore();
      noise.listen();
      double figure = variant.run();
      std::cerr << "  " << variant.name << ' ' << figure << std::flush;
      if (round > 0) figures[variant.name].push_back(figure);
    }
    std::cerr << '\n';
  }
  return {std::move(figures), noise.share()};
}

void Session::report(const std::string& name, const std::string& unit, const Figures& figures, Bar bar,
                     const std::string& engine, const std::string& reference) {
  print_({name, unit, figures.median(engine), figures.median(reference), figures.ratio(engine, reference),
          bar, figures.noise()});
}

void Session::reportAlone(const std::string& name, const std::string& unit, const Figures& figures,
                          const std::string& engine, Bar bar) {
  print_({name, unit, figures.median(engine), std::nullopt, std::nullopt, bar, figures.noise()});
}

void measureCpuTime() { measuredClock = CLOCK_PROCESS_CPUTIME_ID; }

double processCpuSeconds() { return secondsBy(CLOCK_PROCESS_CPUTIME_ID); }

double secondsOf(const std::function<void()>& work) {
  double begin = secondsBy(measuredClock);
  work();
  return secondsBy(measuredClock) - begin;
}

}  // namespace millrace::bench
