// expect: has to take this stream's keys and values
#include <millrace/dstream/ops.hpp>

#include <optional>
#include <string>
#include <utility>

#ifdef MISTAKE
using Value = std::optional<std::string>;
#else
using Value = std::optional<int>;
#endif

int count(const std::string&, Value, millrace::State<int>& seen) {
  seen.update(seen.getOption().value_or(0) + 1);
  return seen.get();
}

auto counts(const millrace::DStream<std::pair<std::string, int>>& pairs) {
  return pairs.mapWithState(millrace::StateSpec::function(count));
}
