#pragma once

#include <millrace/dstream/ops.hpp>

#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace millrace {

inline std::optional<int> total(std::span<const int> values, std::optional<int> old) {
  const int sum = std::accumulate(values.begin(), values.end(), old.value_or(0));
  return sum > 60 ? std::nullopt : std::optional(sum);
}

inline std::pair<std::string, int> countWithState(const std::string& key, std::optional<int> value,
                                                  State<int>& state) {
  if (state.isTimingOut()) return {key + " idle", state.get()};
  if (value == 7 && state.exists()) {
    state.remove();
    return {key + " removed", 0};
  }
  if (value != 3) state.update(state.getOption().value_or(0) + value.value_or(0));
  return {key, state.getOption().value_or(-1)};
}

inline auto counted(const DStream<std::pair<std::string, int>>& pairs) {
  auto mapped = pairs.mapWithState(StateSpec::function(&countWithState).timeout(Seconds(2)));
  mapped.checkpoint(Seconds(3));
  return mapped;
}

}  // namespace millrace
