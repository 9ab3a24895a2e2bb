#pragma once

#include <millrace/base/hash.hpp>

#include <boost/json.hpp>

#include <compare>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace millrace::parity {

/// Whatever a vector of the data file may hold: nothing, a number, a text, or a list of such. One record type for all
/// vectors, so that each operator is compiled once for all of them.
class Value {
 public:
  using List = std::vector<Value>;

  Value();
  template <std::integral Number>
  Value(Number number) : held_(static_cast<std::int64_t>(number)) {}
  template <std::floating_point Number>
  Value(Number number) : held_(static_cast<double>(number)) {}
  Value(std::string text);
  Value(const char* text);
  Value(List list);
  template <class A, class B>
  Value(const std::pair<A, B>& both) : Value(List{Value(both.first), Value(both.second)}) {}
  template <class... Ts>
  explicit Value(const std::tuple<Ts...>& fields)
      : Value(std::apply([](const auto&... field) { return List{Value(field)...}; }, fields)) {}
  template <class T>
  explicit Value(const std::vector<T>& list) : Value(List(list.begin(), list.end())) {}
  template <class T>
  explicit Value(const std::optional<T>& value) : Value(value ? Value(*value) : Value()) {}
  explicit Value(const boost::json::value& json);

  // Compiled in value.cpp, not once more in each container and operator.
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  /// What it holds; std::bad_variant_access if that is of another kind.
  std::int64_t number() const;
  const std::string& text() const;
  const List& list() const;
  bool isText() const;
  /// A list of two as key and value.
  std::pair<Value, Value> pair() const;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(held_);
  }

  std::uint64_t hash() const;
  bool operator==(const Value& other) const;
  std::partial_ordering operator<=>(const Value& other) const;
  /// As the data file writes it.
  friend std::ostream& operator<<(std::ostream& out, const Value& value);

 private:
  std::variant<std::monostate, std::int64_t, double, std::string, List> held_;
};

using Pair = std::pair<Value, Value>;

}  // namespace millrace::parity

template <>
struct millrace::Hash<millrace::parity::Value> {
  std::uint64_t operator()(const parity::Value& value) const { return value.hash(); }
};
