#include "spark_parity/functions.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>
#include <utility>

namespace millrace::parity {

namespace {

template <class F>
F named(const std::map<std::string, F>& functions, const std::string& name) {
  const auto function = functions.find(name);
  if (function == functions.end()) throw std::out_of_range("there is no such function: " + name);
  return function->second;
}

Value textOf(const Value& value) { return std::to_string(value.number()); }

Value plus(const Value& a, const Value& b) {
  if (a.isText()) return a.text() + b.text();
  return a.number() + b.number();
}

Value minus(const Value& a, const Value& b) { return a.number() - b.number(); }

Value sumOf(std::span<const Value> values, Value sum) {
  for (const Value& value : values) sum = plus(sum, value);
  return sum;
}

Value sortedValues(const Value& values) {
  Value::List sorted = values.list();
  std::ranges::sort(sorted);
  return sorted;
}

/// Of numbers of which each of two senders has two in four: those of the first come first.
Value senderBySender(const Value& numbers) {
  Value::List all = numbers.list();
  std::ranges::stable_sort(all, {}, [](const Value& number) { return (number.number() - 1) % 4 / 2; });
  return all;
}

Value::List charactersOf(const Value& text) {
  Value::List all;
  for (char c : text.text()) all.push_back(std::string(1, c));
  return all;
}

Value::List shouted(const Value::List& texts) {
  std::string all;
  for (const Value& text : texts) all += text.text();
  for (char& c : all) c = static_cast<char>(std::toupper(c));
  return {all};
}

std::optional<Value> append(std::span<const Value> values, std::optional<Value> old) {
  Value::List all = old ? old->list() : Value::List();
  all.insert(all.end(), values.begin(), values.end());
  return all;
}

/// States are [how many values there were, how many batches without one]; the second of these in a row ends a state.
std::optional<Value> countUntilIdle(std::span<const Value> values, std::optional<Value> old) {
  auto [count, idle] = old ? old->pair() : Pair(0, 0);
  idle = values.empty() ? idle.number() + 1 : 0;
  count = count.number() + static_cast<std::int64_t>(values.size());
  if (idle.number() == 2) return std::nullopt;
  return Pair(count, idle);
}

std::optional<Value> addTimes(Time time, const Value&, std::span<const Value> values,
                              std::optional<Value> old) {
  return old.value_or(0).number() + (values.empty() ? 0 : time.milliseconds());
}

Value addToState(const Value&, const std::optional<Value>& value, State<Value>& state) {
  state.update(plus(state.getOption().value_or(0), value.value_or(0)));
  return state.get();
}

/// The key, when its state times out.
std::optional<Value> timedOutKey(Time, const Value& key, const std::optional<Value>& value,
                                 State<Value>& state) {
  if (value) state.update(1);
  return state.isTimingOut() ? std::optional(key) : std::nullopt;
}

}  // namespace

Map mapFunction(const std::string& name) {
  static const std::map<std::string, Map> functions{
      {"text", textOf},
      {"+2", [](const Value& x) { return plus(x, 2); }},
      {"+4", [](const Value& x) { return plus(x, 4); }},
      {"+8", [](const Value& x) { return plus(x, 8); }},
      {"+10", [](const Value& x) { return plus(x, 10); }},
      {"same", [](const Value& x) { return x; }},
      {"first", [](const Value& list) { return list.list().at(0); }},
      {"sorted", sortedValues},
      {"senderBySender", senderBySender},
  };
  return named(functions, name);
}

MapToPair pairFunction(const std::string& name) {
  static const std::map<std::string, MapToPair> functions{
      {"one", [](const Value& x) { return Pair(x, 1); }},
      {"x", [](const Value& x) { return Pair(x, "x"); }},
      {"lastDigitOne", [](const Value& x) { return Pair(x.number() % 10, 1); }},
  };
  return named(functions, name);
}

Expand expandFunction(const std::string& name) {
  static const std::map<std::string, Expand> functions{
      {"andDouble",
       [](const Value& x) {
         return Value::List{x, plus(x, x)};
       }},
      {"and+10",
       [](const Value& x) {
         return Value::List{x, plus(x, 10)};
       }},
      {"characters", charactersOf},
  };
  return named(functions, name);
}

MapPartition partitionFunction(const std::string& name) {
  static const std::map<std::string, MapPartition> functions{
      {"sum", [](const Value::List& numbers) { return Value::List{sumOf(numbers, 0)}; }},
      {"shouted", shouted},
  };
  return named(functions, name);
}

Test testFunction(const std::string& name) {
  static const std::map<std::string, Test> functions{
      {"even", [](const Value& x) { return x.number() % 2 == 0; }},
      {"nonzero", [](const Value& x) { return x.number() != 0; }},
  };
  return named(functions, name);
}

Fold foldFunction(const std::string& name) {
  static const std::map<std::string, Fold> functions{
      {"+", plus},
      {"-", minus},
      {"appendText", [](const Value& text, const Value& x) { return plus(text, textOf(x)); }},
  };
  return named(functions, name);
}

Update updateFunction(const std::string& name) {
  static const std::map<std::string, Update> functions{
      {"sum", [](auto values, const auto& old) { return sumOf(values, old.value_or(0)); }},
      {"append", append},
      {"countUntilIdle", countUntilIdle},
  };
  return named(functions, name);
}

UpdateAtTime updateAtTimeFunction(const std::string& name) {
  static const std::map<std::string, UpdateAtTime> functions{{"addTimes", addTimes}};
  return named(functions, name);
}

OfState stateFunction(const std::string& name) {
  static const std::map<std::string, OfState> functions{{"sum", addToState}};
  return named(functions, name);
}

OfStateAtTime stateAtTimeFunction(const std::string& name) {
  using ValueState = State<Value>;
  static const std::map<std::string, OfStateAtTime> functions{
      {"keyTwice",
       [](Time, const Value& key, const auto& value, ValueState& state) {
         addToState(key, value, state);
         return plus(key, key);
       }},
      {"keyAndSum", [](Time, const Value& key, const auto& value,
                       ValueState& state) { return Pair(key, addToState(key, value, state)); }},
      {"nothing",
       [](Time, const Value& key, const auto& value, ValueState& state) {
         addToState(key, value, state);
         return std::nullopt;
       }},
      {"timedOutKey", timedOutKey},
  };
  return named(functions, name);
}

}  // namespace millrace::parity
