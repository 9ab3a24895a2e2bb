#include "functions.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace millrace::programs {

namespace {

std::int64_t wrap(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t raw(std::int64_t value) { return static_cast<std::uint64_t>(value); }
std::int64_t wrapMultiply(std::int64_t a, std::int64_t b) { return wrap(raw(a) * raw(b)); }

std::int64_t sumOf(const std::vector<std::int64_t>& values) {
  std::int64_t sum = 0;
  for (std::int64_t value : values) sum = wrapAdd(sum, value);
  return sum;
}

[[noreturn]] void unknown(const Operation& node) {
  throw std::invalid_argument("operation " + node.id + ": " + node.op + " has no function \"" + node.f +
                              "\"");
}

}  // namespace

std::int64_t wrapAdd(std::int64_t a, std::int64_t b) { return wrap(raw(a) + raw(b)); }

std::int64_t mod(std::int64_t a, std::int64_t n) {
  if (n == 0) throw std::domain_error("/ by zero");
  const std::int64_t rest = n == -1 ? 0 : a % n;
  return rest < 0 ? rest + std::abs(n) : rest;
}

std::function<Record(const Record&)> mapFunction(const Operation& node) {
  std::int64_t n = node.n;
  if (node.op == "mapValues") {
    if (node.f == "add") return [n](const Record& r) { return Record(r.first, wrapAdd(r.second, n)); };
    if (node.f == "negate") return [](const Record& r) { return Record(r.first, wrap(-raw(r.second))); };
    if (node.f == "square")
      return [](const Record& r) { return Record(r.first, wrapMultiply(r.second, r.second)); };
    unknown(node);
  }
  if (node.f == "addKey") return [n](const Record& r) { return Record(wrapAdd(r.first, n), r.second); };
  if (node.f == "swap") return [](const Record& r) { return Record(r.second, r.first); };
  if (node.f == "modKey") return [n](const Record& r) { return Record(mod(r.first, n), r.second); };
  if (node.f == "one") return [](const Record& r) { return Record(r.first, 1); };
  if (node.f == "mix")
    return [](const Record& r) {
      return Record(mod(wrapAdd(wrapMultiply(r.first, 31), r.second), 1000), r.second);
    };
  unknown(node);
}

std::function<bool(const Record&)> filterFunction(const Operation& node) {
  if (node.f == "keyMod")
    return [n = node.n, r = node.r](const Record& record) { return mod(record.first, n) == r; };
  if (node.f == "positive") return [](const Record& record) { return record.second > 0; };
  if (node.f == "nonzero") return [](const Record& record) { return record.second != 0; };
  unknown(node);
}

std::function<Records(const Record&)> flatMapFunction(const Operation& node) {
  if (node.f == "repeat")
    return [n = node.n](const Record& record) {
      Records repeated;
      for (std::int64_t i = 0; i < n; ++i) repeated.emplace_back(wrapAdd(record.first, i), record.second);
      return repeated;
    };
  if (node.f == "dropOdd")
    return [](const Record& record) { return mod(record.first, 2) == 0 ? Records{record} : Records{}; };
  unknown(node);
}

std::function<std::int64_t(std::int64_t, std::int64_t)> foldFunction(const Operation& node) {
  if (node.f == "sum") return wrapAdd;
  if (node.f == "min") return [](std::int64_t a, std::int64_t b) { return std::min(a, b); };
  if (node.f == "max") return [](std::int64_t a, std::int64_t b) { return std::max(a, b); };
  if (node.f == "xor") return [](std::int64_t a, std::int64_t b) { return a ^ b; };
  unknown(node);
}

std::function<std::int64_t(std::int64_t, std::int64_t)> inverseFunction(const Operation& node) {
  if (node.f == "sum") return [](std::int64_t a, std::int64_t b) { return wrap(raw(a) - raw(b)); };
  if (node.f == "xor") return [](std::int64_t a, std::int64_t b) { return a ^ b; };
  unknown(node);
}

std::function<std::int64_t(const std::vector<std::int64_t>&)> groupFunction(const Operation& node) {
  if (node.f == "count")
    return [](const std::vector<std::int64_t>& values) { return static_cast<std::int64_t>(values.size()); };
  if (node.f == "sortedFirst")
    return [](const std::vector<std::int64_t>& values) { return *std::ranges::min_element(values); };
  if (node.f == "sum") return sumOf;
  unknown(node);
}

std::function<std::optional<std::int64_t>(const std::vector<std::int64_t>&, std::optional<std::int64_t>)>
updateFunction(const Operation& node) {
  using Values = std::vector<std::int64_t>;
  using State = std::optional<std::int64_t>;
  if (node.f == "sum")
    return [](const Values& values, State old) { return State(wrapAdd(old.value_or(0), sumOf(values))); };
  if (node.f == "sumDropNegative")
    return [](const Values& values, State old) {
      std::int64_t sum = wrapAdd(old.value_or(0), sumOf(values));
      return sum < 0 ? State() : State(sum);
    };
  if (node.f == "countCalls")
    return [](const Values&, State old) { return State(wrapAdd(old.value_or(0), 1)); };
  unknown(node);
}

Record joinedRecord(std::int64_t key, std::int64_t left, std::int64_t right) {
  return {key, wrapAdd(wrapMultiply(left, 31), right)};
}

Record cogroupedRecord(std::int64_t key, const std::vector<std::int64_t>& left,
                       const std::vector<std::int64_t>& right) {
  std::int64_t counts =
      1000 * static_cast<std::int64_t>(left.size()) + static_cast<std::int64_t>(right.size());
  return {key, wrapAdd(wrapAdd(wrapMultiply(sumOf(left), 31), sumOf(right)), counts)};
}

Record countedRecord(const Record& record, std::int64_t count) {
  return {mod(wrapAdd(wrapMultiply(record.first, 31), record.second), 100003), count};
}

}  // namespace millrace::programs
