#include <millrace/rdd/core/run/local_properties.hpp>

#include <utility>

namespace millrace::core {

LocalProperties& localProperties() {
  static thread_local LocalProperties properties;
  return properties;
}

std::optional<std::string> valueOf(const LocalProperties& properties, std::string_view name) {
  const auto found = properties.find(name);
  if (found == properties.end()) return std::nullopt;
  return found->second;
}

LocalPropertiesScope::LocalPropertiesScope(LocalProperties properties)
    : outer_(std::exchange(localProperties(), std::move(properties))) {}

LocalPropertiesScope::~LocalPropertiesScope() { localProperties() = std::move(outer_); }

}  // namespace millrace::core
