#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::core {

/// A JSON string. The text is any bytes: what is no UTF-8 becomes U+FFFD.
std::string jsonString(std::string_view text);

/// The members of a JSON array or object, each given as JSON, with commas between them.
class JsonMembers {
 public:
  void add(const std::string& json) { text_ += (text_.empty() ? "" : ",") + json; }
  void add(std::string_view name, const std::string& json) { add(jsonString(name) + ":" + json); }
  void add(std::string_view name, std::uint64_t number) { add(name, std::to_string(number)); }
  std::string array() const { return "[" + text_ + "]"; }
  std::string object() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

}  // namespace millrace::core
