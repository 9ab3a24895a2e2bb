#pragma once

#include <compare>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace millrace {

/// A span of time in whole milliseconds. (Spark: streaming.Duration)
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

  constexpr Duration operator+(Duration that) const { return Duration(milliseconds_ + that.milliseconds_); }
  constexpr Duration operator-(Duration that) const { return Duration(milliseconds_ - that.milliseconds_); }
  constexpr Duration operator*(std::int64_t times) const { return Duration(milliseconds_ * times); }
  constexpr double operator/(Duration that) const {
    return static_cast<double>(milliseconds_) / static_cast<double>(that.milliseconds_);
  }
  constexpr Duration plus(Duration that) const { return *this + that; }
  constexpr Duration minus(Duration that) const { return *this - that; }
  constexpr Duration times(std::int64_t times) const { return *this * times; }
  constexpr double div(Duration that) const { return *this / that; }

  /// True if this is a whole number of `that`. IllegalArgument when `that` is zero.
  constexpr bool isMultipleOf(Duration that) const { return milliseconds_ % that.divisor() == 0; }
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
  constexpr std::int64_t divisor() const { return isZero() ? refuseZero() : milliseconds_; }
  [[noreturn]] static std::int64_t refuseZero();

  std::int64_t milliseconds_;
};

constexpr Duration Milliseconds(std::int64_t milliseconds) { return Duration(milliseconds); }
constexpr Duration Seconds(std::int64_t seconds) { return Duration(seconds * 1000); }
constexpr Duration Minutes(std::int64_t minutes) { return Duration(minutes * 60'000); }

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

  constexpr Time operator+(Duration that) const { return Time(milliseconds_ + that.milliseconds()); }
  constexpr Time operator-(Duration that) const { return Time(milliseconds_ - that.milliseconds()); }
  constexpr Duration operator-(Time that) const { return Duration(milliseconds_ - that.milliseconds_); }
  constexpr Time plus(Duration that) const { return *this + that; }
  constexpr Time minus(Duration that) const { return *this - that; }
  constexpr Duration minus(Time that) const { return *this - that; }

  /// This time rounded to a whole number of `step`s from `zeroTime`, always towards `zeroTime`. IllegalArgument when
  /// `step` is zero.
  constexpr Time floor(Duration step, Time zeroTime = Time(0)) const {
    return *this - Duration((*this - zeroTime).milliseconds() % step.divisor());
  }
  constexpr bool isMultipleOf(Duration that) const { return Duration(milliseconds_).isMultipleOf(that); }
  constexpr Time min(Time that) const { return *this < that ? *this : that; }
  constexpr Time max(Time that) const { return *this < that ? that : *this; }

  /// This time and the times that follow it every `step`: those before `that` (until), or those not after `that` (to).
  /// IllegalArgument unless `step` is positive.
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

std::ostream& operator<<(std::ostream& out, Duration duration);
std::ostream& operator<<(std::ostream& out, Time time);
std::ostream& operator<<(std::ostream& out, const Interval& interval);

}  // namespace millrace
