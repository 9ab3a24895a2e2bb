#include <millrace/dstream/core/time.hpp>

#include <millrace/base/error.hpp>

#include <cmath>
#include <cstdio>
#include <limits>
#include <ostream>

namespace millrace {

namespace {

// As Java prints a float: rounded half up from its nearest float, not from its exact value.
std::string inUnits(std::int64_t milliseconds, std::int64_t unit, int decimals, const char* name) {
  const double value = static_cast<float>(milliseconds) / static_cast<float>(unit);
  const double scale = std::pow(10, decimals);
  char text[64];
  std::snprintf(text, sizeof text, "%.*f %s", decimals, std::floor(value * scale + 0.5) / scale, name);
  return text;
}

std::vector<Time> steps(Time begin, Time end, bool withEnd, Duration step) {
  if (step <= Duration(0)) {
    throw IllegalArgument("a range of times cannot go in steps of " + step.toString() +
                          "; give a positive step");
  }
  std::vector<Time> times;
  if (end < begin || (end == begin && !withEnd)) return times;
  const Time last = withEnd ? end : end - Milliseconds(1);
  const std::int64_t further = (last - begin).milliseconds() / step.milliseconds();
  if (further >= std::numeric_limits<int>::max())
    throw IllegalArgument("a range of more times than an int counts, from " + begin.toString() + " to " +
                          last.toString() + ": give a longer step than " + step.toString());
  for (std::int64_t i = 0; i <= further; ++i) times.push_back(begin + step * i);
  return times;
}

}  // namespace

std::int64_t core::refuseMilliseconds(char sign, std::int64_t a, std::int64_t b) {
  throw IllegalArgument(std::to_string(a) + " ms " + sign + ' ' + std::to_string(b) +
                        (sign == '*' ? "" : " ms") + " is more than milliseconds can count");
}

std::string Duration::toString() const { return toFormattedString() + " ms"; }

std::string Duration::toFormattedString() const { return std::to_string(milliseconds_); }

std::string Duration::prettyPrint() const {
  constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute;
  if (milliseconds_ < kSecond) return toString();
  if (milliseconds_ < kMinute) return inUnits(milliseconds_, kSecond, 1, "s");
  if (milliseconds_ < kHour) return inUnits(milliseconds_, kMinute, 1, "m");
  return inUnits(milliseconds_, kHour, 2, "h");
}

void Duration::refuseZero() {
  throw IllegalArgument("nothing is a multiple of a duration of 0 ms; give a positive duration");
}

std::vector<Time> Time::until(Time that, Duration step) const { return steps(*this, that, false, step); }

std::vector<Time> Time::to(Time that, Duration step) const { return steps(*this, that, true, step); }

std::string Time::toString() const { return std::to_string(milliseconds_) + " ms"; }

std::string Interval::toString() const {
  return std::string("[").append(beginTime_.toString()).append(", ").append(endTime_.toString()).append("]");
}

void Interval::refuseToOrder(const Interval& a, const Interval& b) {
  throw IllegalArgument("intervals of different lengths have no order: " + a.toString() + " and " +
                        b.toString() + "; compare their ends instead");
}

std::ostream& operator<<(std::ostream& out, Duration duration) { return out << duration.toString(); }

std::ostream& operator<<(std::ostream& out, Time time) { return out << time.toString(); }

std::ostream& operator<<(std::ostream& out, const Interval& interval) { return out << interval.toString(); }

}  // namespace millrace
