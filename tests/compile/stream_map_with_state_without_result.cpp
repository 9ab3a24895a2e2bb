// expect: the function of mapWithState gives nothing
#include <millrace/dstream/ops.hpp>

#include <optional>
#include <string>
#include <utility>

using millrace::State;

auto sums(const millrace::DStream<std::pair<std::string, int>>& pairs) {
  return pairs
      .mapWithState(
          millrace::StateSpec::function([](const std::string&, std::optional<int> value, State<int>& sum) {
            sum.update(sum.getOption().value_or(0) + value.value_or(0));
#ifndef MISTAKE
            return sum.get();
#endif
          }))
      .stateSnapshots();
}
