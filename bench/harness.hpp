#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace millrace::bench {

/// A variant's result differs from what it has to be: nothing measured in this run counts.
struct WrongAnswer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// WrongAnswer naming `what` unless the two are equal.
void expectEqual(const std::string& what, std::int64_t actual, std::int64_t expected);

/// One way of doing the measured work. `run` does it once, checks its answer and returns its figure, in the unit of its
/// line of the table. It runs on the work core alone; what needs another one pins itself (cores.hpp).
struct Variant {
  std::string name;
  std::function<double()> run;
};

/// What the rounds of some variants gave.
class Figures {
 public:
  Figures(std::map<std::string, std::vector<double>> rounds, double noise)
      : rounds_(std::move(rounds)), noise_(noise) {}

  double median(const std::string& variant) const;
  /// The median of the ratios round by round: what slows a whole round down does not move it.
  double ratio(const std::string& variant, const std::string& toVariant) const;
  /// Share of its time that a loop which only read the clock lost between the runs.
  double noise() const { return noise_; }

 private:
  std::map<std::string, std::vector<double>> rounds_;
  double noise_;
};

/// What a figure has to reach: all of its limits. Without any the line is for information.
struct Limit {
  enum class Kind { kRatioAtLeast, kRatioAtMost, kEngineAtLeast, kEngineAtMost };
  Kind kind;
  double value;
};
struct Bar {
  std::vector<Limit> limits;
};
inline Bar ratioAtLeast(double limit) { return {{{Limit::Kind::kRatioAtLeast, limit}}}; }
inline Bar ratioAtMost(double limit) { return {{{Limit::Kind::kRatioAtMost, limit}}}; }
inline Bar engineAtLeast(double limit) { return {{{Limit::Kind::kEngineAtLeast, limit}}}; }
inline Bar engineAtMost(double limit) { return {{{Limit::Kind::kEngineAtMost, limit}}}; }
inline Bar operator&&(Bar bar, const Bar& other) {
  bar.limits.insert(bar.limits.end(), other.limits.begin(), other.limits.end());
  return bar;
}

/// A line of the table. The reference is hand-written code that does the same work, unless the name says otherwise.
struct Line {
  std::string name;
  std::string unit;
  double engine;
  std::optional<double> reference;
  std::optional<double> ratio;
  Bar bar;
  double noise;
};

class Session {
 public:
  Session(int rounds, std::function<void(const Line&)> print) : rounds_(rounds), print_(std::move(print)) {}

  int rounds() const { return rounds_; }
  /// The same with another number of rounds, for what takes long and varies little.
  Session withRounds(int rounds) const { return {rounds, print_}; }

  /// Runs the variants in turn: one warm-up round, then as many rounds as the user asked for.
  Figures measure(const std::vector<Variant>& variants);

  /// Adds a line to the table: variant `engine` beside variant `reference`.
  void report(const std::string& name, const std::string& unit, const Figures& figures, Bar bar = {},
              const std::string& engine = "engine", const std::string& reference = "hand");
  /// The same for an engine figure that has no reference.
  void reportAlone(const std::string& name, const std::string& unit, const Figures& figures,
                   const std::string& engine, Bar bar = {});

 private:
  const int rounds_;
  const std::function<void(const Line&)> print_;
};

/// Seconds that `work` takes.
double secondsOf(const std::function<void()>& work);
/// From now on secondsOf gives the processor time of the whole process: for a machine that is busy with other things.
void measureCpuTime();

/// Processor time of this process so far.
double processCpuSeconds();

double medianOf(std::vector<double> values);

}  // namespace millrace::bench
