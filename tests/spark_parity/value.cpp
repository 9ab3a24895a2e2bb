#include "spark_parity/value.hpp"

#include <ostream>
#include <stdexcept>
#include <string_view>

namespace millrace::parity {

Value::Value() = default;
Value::Value(std::string text) : held_(std::move(text)) {}
Value::Value(const char* text) : held_(std::string(text)) {}
Value::Value(List list) : held_(std::move(list)) {}
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

Value::Value(const boost::json::value& json) {
  if (json.is_null()) return;
  if (json.is_int64()) {
    held_ = json.as_int64();
  } else if (json.is_double()) {
    held_ = json.as_double();
  } else if (json.is_string()) {
    held_ = std::string(json.as_string());
  } else if (json.is_array()) {
    List list;
    for (const auto& element : json.as_array()) list.emplace_back(element);
    held_ = std::move(list);
  } else {
    throw std::invalid_argument("no record of a vector: " + boost::json::serialize(json));
  }
}

std::int64_t Value::number() const { return std::get<std::int64_t>(held_); }
const std::string& Value::text() const { return std::get<std::string>(held_); }
const Value::List& Value::list() const { return std::get<List>(held_); }
bool Value::isText() const { return std::holds_alternative<std::string>(held_); }
std::pair<Value, Value> Value::pair() const { return {list().at(0), list().at(1)}; }

std::uint64_t Value::hash() const {
  if (const auto* number = std::get_if<std::int64_t>(&held_)) return Hash<std::int64_t>{}(*number);
  if (const auto* number = std::get_if<double>(&held_)) return Hash<double>{}(*number);
  if (const auto* text = std::get_if<std::string>(&held_)) return Hash<std::string>{}(*text);
  if (const auto* list = std::get_if<List>(&held_)) return Hash<List>{}(*list);
  return core::kHashSeed;
}

bool Value::operator==(const Value& other) const { return held_ == other.held_; }

std::partial_ordering Value::operator<=>(const Value& other) const { return held_ <=> other.held_; }

std::ostream& operator<<(std::ostream& out, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.held_)) return out << *number;
  if (const auto* number = std::get_if<double>(&value.held_)) return out << *number;
  if (const auto* text = std::get_if<std::string>(&value.held_)) return out << '"' << *text << '"';
  const auto* list = std::get_if<Value::List>(&value.held_);
  if (list == nullptr) return out << "null";
  std::string_view separator = "[";
  for (const Value& element : *list) out << std::exchange(separator, ", ") << element;
  return out << (list->empty() ? "[]" : "]");
}

}  // namespace millrace::parity
