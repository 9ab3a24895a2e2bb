#pragma once

#include <cstddef>
#include <ranges>
#include <string_view>

namespace millrace {

/// How many letters must be put in, taken out or replaced to make one word of the other.
std::size_t editDistance(std::string_view a, std::string_view b);

struct NearestName {
  std::string_view name;
  std::size_t distance;
};

/// Which of `names` (at least one) a misspelt word most likely means; the first of the nearest ones.
template <std::ranges::input_range R>
NearestName nearestName(std::string_view word, const R& names) {
  NearestName nearest{{}, static_cast<std::size_t>(-1)};
  for (std::string_view name : names) {
    const std::size_t distance = editDistance(word, name);
    if (distance < nearest.distance) nearest = {name, distance};
  }
  return nearest;
}

}  // namespace millrace
