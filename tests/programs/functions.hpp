#pragma once

#include "program.hpp"

#include <functional>
#include <string>

namespace millrace::programs {

/// The functions that programs as data name; the model and the engine use the same ones. Arithmetic wraps around.
/// std::invalid_argument for a name that does not exist.
std::function<Record(const Record&)> mapFunction(const Operation& node);
std::function<bool(const Record&)> filterFunction(const Operation& node);
std::function<Records(const Record&)> flatMapFunction(const Operation& node);
std::function<std::int64_t(std::int64_t, std::int64_t)> foldFunction(const Operation& node);
std::function<std::int64_t(std::int64_t, std::int64_t)> inverseFunction(const Operation& node);

std::int64_t wrapAdd(std::int64_t a, std::int64_t b);

}  // namespace millrace::programs
