#pragma once

#include "program.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace millrace::programs {

/// The functions that programs as data name; the model and the engine use the same ones. Arithmetic wraps around.
/// std::invalid_argument for a name that does not exist.
std::function<Record(const Record&)> mapFunction(const Operation& node);
std::function<bool(const Record&)> filterFunction(const Operation& node);
std::function<Records(const Record&)> flatMapFunction(const Operation& node);
std::function<std::int64_t(std::int64_t, std::int64_t)> foldFunction(const Operation& node);
std::function<std::int64_t(std::int64_t, std::int64_t)> inverseFunction(const Operation& node);

/// What becomes of the values of a key: `count`, `sortedFirst`, `sum`.
std::function<std::int64_t(const std::vector<std::int64_t>&)> groupFunction(const Operation& node);
/// A key's new state, or nothing; of updateStateByKey.
std::function<std::optional<std::int64_t>(const std::vector<std::int64_t>&, std::optional<std::int64_t>)>
updateFunction(const Operation& node);

/// What joins, cogroups and counts by value make of what they bring together.
Record joinedRecord(std::int64_t key, std::int64_t left, std::int64_t right);
Record cogroupedRecord(std::int64_t key, const std::vector<std::int64_t>& left,
                       const std::vector<std::int64_t>& right);
Record countedRecord(const Record& record, std::int64_t count);
/// What the side that is missing counts as in an outer join.
inline constexpr std::int64_t kMissing = 7;

/// Never negative. std::domain_error for n = 0.
std::int64_t mod(std::int64_t a, std::int64_t n);
std::int64_t wrapAdd(std::int64_t a, std::int64_t b);

}  // namespace millrace::programs
