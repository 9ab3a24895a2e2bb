// expect: with the types written out
#include <millrace/dstream/ops.hpp>

#include <optional>
#include <string>
#include <utility>

#ifdef MISTAKE
using Sum = decltype([](const auto&, auto value, auto& sum) {
#else
using Sum = decltype([](const std::string&, std::optional<int> value, millrace::State<int>& sum) {
#endif
  sum.update(sum.getOption().value_or(0) + value.value_or(0));
  return sum.get();
});

auto sums(const millrace::DStream<std::pair<std::string, int>>& pairs) {
  return pairs.mapWithState(millrace::StateSpec::function(Sum())).stateSnapshots();
}
