#pragma once

#include <millrace/base/arithmetic.hpp>

#include <compare>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace millrace {

namespace core {

[[noreturn]] std::int64_t refuseMilliseconds(char sign, std::int64_t a, std::int64_t b);

}  // namespace core

/// A span of time in whole milliseconds. Arithmetic on durations and times whose result milliseconds cannot count is an
/// IllegalArgument (in Spark it wraps around). (Spark: streaming.Duration)
class Duration {
 public:
  constexpr explicit Duration(std::int64_t milliseconds) : milliseconds_(milliseconds) {}

  constexpr std::int64_t milliseconds() const { return milliseconds_; }
  constexpr bool isZero() const { return milliseconds_ == 0; }

  constexpr auto operator<=>(const Duration&) const = default;
  constexpr bool less(Duration that) const { return *this < that; }
  constexpr bool lessEq(Duration that) const { return *this <= that; }
  constexpr bool greater(Duration that) const { return *this > that; }
  constexpr bool greaterEq(Duration that) const { return *this >= that; }

  constexpr Duration operator+(Duration that) const {
    return Duration(sum(milliseconds_, that.milliseconds_));
  }
  constexpr Duration operator-(Duration that) const {
    return Duration(difference(milliseconds_, that.milliseconds_));
  }
  constexpr Duration operator*(std::int64_t times) const { return Duration(product(milliseconds_, times)); }
  constexpr double operator/(Duration that) const {
    return static_cast<double>(milliseconds_) / static_cast<double>(that.milliseconds_);
  }
  constexpr Duration plus(Duration that) const { return *this + that; }
  constexpr Duration minus(Duration that) const { return *this - that; }
  constexpr Duration times(std::int64_t times) const { return *this * times; }
  constexpr double div(Duration that) const { return *this / that; }

  /// True if this is a whole number of `that`. IllegalArgument when `that` is zero.
  constexpr bool isMultipleOf(Duration that) const { return remainder(that) == 0; }
  constexpr Duration min(Duration that) const { return *this < that ? *this : that; }
  constexpr Duration max(Duration that) const { return *this < that ? that : *this; }

  /// "1500 ms".
  std::string toString() const;
  /// "1500".
  std::string toFormattedString() const;
  /// In the largest unit of which the duration is at least one: "999 ms", "1.5 s", "1.5 m", "1.50 h".
  std::string prettyPrint() const;

 private:
  friend class Time;
  static constexpr std::int64_t sum(std::int64_t a, std::int64_t b) {
    std::int64_t result;
    return __builtin_add_overflow(a, b, &result) ? core::refuseMilliseconds('+', a, b) : result;
  }
  static constexpr std::int64_t difference(std::int64_t a, std::int64_t b) {
    std::int64_t result;
    return __builtin_sub_overflow(a, b, &result) ? core::refuseMilliseconds('-', a, b) : result;
  }
  static constexpr std::int64_t product(std::int64_t a, std::int64_t b) {
    std::int64_t result;
    return __builtin_mul_overflow(a, b, &result) ? core::refuseMilliseconds('*', a, b) : result;
  }
  constexpr std::int64_t remainder(Duration by) const {
    if (by.isZero()) refuseZero();
    return by.milliseconds_ == -1 ? 0 : milliseconds_ % by.milliseconds_;
  }
  [[noreturn]] static void refuseZero();

  std::int64_t milliseconds_;
};

constexpr Duration Milliseconds(std::int64_t milliseconds) { return Duration(milliseconds); }
constexpr Duration Seconds(std::int64_t seconds) { return Duration(1000) * seconds; }
constexpr Duration Minutes(std::int64_t minutes) { return Duration(60'000) * minutes; }

/// The same three makers under the names that Spark's Java programs use.
struct Durations {
  static constexpr Duration milliseconds(std::int64_t milliseconds) { return Milliseconds(milliseconds); }
  static constexpr Duration seconds(std::int64_t seconds) { return Seconds(seconds); }
  static constexpr Duration minutes(std::int64_t minutes) { return Minutes(minutes); }
};

/// A point in time, in milliseconds since 1970. The time of a batch is the end of its interval. (Spark: streaming.Time)
class Time {
 public:
  constexpr explicit Time(std::int64_t milliseconds) : milliseconds_(milliseconds) {}

  constexpr std::int64_t milliseconds() const { return milliseconds_; }

  constexpr auto operator<=>(const Time&) const = default;
  constexpr bool less(Time that) const { return *this < that; }
  constexpr bool lessEq(Time that) const { return *this <= that; }
  constexpr bool greater(Time that) const { return *this > that; }
  constexpr bool greaterEq(Time that) const { return *this >= that; }

  constexpr Time operator+(Duration that) const {
    return Time(Duration::sum(milliseconds_, that.milliseconds()));
  }
  constexpr Time operator-(Duration that) const {
    return Time(Duration::difference(milliseconds_, that.milliseconds()));
  }
  constexpr Duration operator-(Time that) const {
    return Duration(Duration::difference(milliseconds_, that.milliseconds_));
  }
  constexpr Time plus(Duration that) const { return *this + that; }
  constexpr Time minus(Duration that) const { return *this - that; }
  constexpr Duration minus(Time that) const { return *this - that; }

  /// This time rounded to a whole number of `step`s from `zeroTime`, always towards `zeroTime`. IllegalArgument when
  /// `step` is zero.
  constexpr Time floor(Duration step, Time zeroTime = Time(0)) const {
    return *this - Duration((*this - zeroTime).remainder(step));
  }
  constexpr bool isMultipleOf(Duration that) const { return Duration(milliseconds_).isMultipleOf(that); }
  constexpr Time min(Time that) const { return *this < that ? *this : that; }
  constexpr Time max(Time that) const { return *this < that ? that : *this; }

  /// This time and the times that follow it every `step`: those before `that` (until), or those not after `that` (to).
  /// IllegalArgument unless `step` is positive, and for more times than an int counts.
  std::vector<Time> until(Time that, Duration step) const;
  std::vector<Time> to(Time that, Duration step) const;

  /// "1500 ms".
  std::string toString() const;

 private:
  std::int64_t milliseconds_;
};

/// The time from `beginTime` to `endTime`, both included. Intervals are ordered by their ends; to order two of
/// different lengths is an IllegalArgument.
class Interval {
 public:
  constexpr Interval(Time beginTime, Time endTime) : beginTime_(beginTime), endTime_(endTime) {}
  constexpr Interval(std::int64_t beginMs, std::int64_t endMs) : Interval(Time(beginMs), Time(endMs)) {}

  constexpr Time beginTime() const { return beginTime_; }
  constexpr Time endTime() const { return endTime_; }
  constexpr Duration duration() const { return endTime_ - beginTime_; }

  constexpr bool operator==(const Interval&) const = default;
  constexpr std::strong_ordering operator<=>(const Interval& that) const {
    if (duration() != that.duration()) refuseToOrder(*this, that);
    return endTime_ <=> that.endTime_;
  }
  constexpr Interval operator+(Duration shift) const { return {beginTime_ + shift, endTime_ + shift}; }
  constexpr Interval operator-(Duration shift) const { return {beginTime_ - shift, endTime_ - shift}; }

  /// "[1000 ms, 2000 ms]".
  std::string toString() const;

 private:
  [[noreturn]] static void refuseToOrder(const Interval& a, const Interval& b);

  Time beginTime_;
  Time endTime_;
};

namespace core {

/// a + b, or the longest duration there is: how long something is kept.
constexpr Duration saturatedSum(Duration a, Duration b) {
  return Duration(saturatedSum(a.milliseconds(), b.milliseconds()));
}

}  // namespace core

std::ostream& operator<<(std::ostream& out, Duration duration);
std::ostream& operator<<(std::ostream& out, Time time);
std::ostream& operator<<(std::ostream& out, const Interval& interval);

}  // namespace millrace
