#include <millrace/rdd/core/shuffle/grouped_values.hpp>

namespace millrace::core {

std::vector<std::size_t> placeGroups(const std::vector<std::uint32_t>& numbers, std::size_t groups,
                                     std::size_t first, PooledVector<std::size_t>& ends) {
  std::vector<std::size_t> places(groups + 1);
  for (std::uint32_t number : numbers) ++places[number + 1];
  for (std::size_t g = 1; g <= groups; ++g) {
    places[g] += places[g - 1];
    ends.push_back(first + places[g]);
  }
  return places;
}

}  // namespace millrace::core
