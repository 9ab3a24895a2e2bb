// expect: updateStateByKey<S>
#include <millrace/dstream/ops.hpp>

#include <optional>
#include <string>
#include <utility>

#ifdef MISTAKE
using State = void;
#else
using State = long;
#endif

auto counts(const millrace::DStream<std::pair<std::string, int>>& pairs) {
  auto count = [](const auto& values, auto old) {
    return std::optional(old.value_or(0L) + long(values.size()));
  };
  return pairs.updateStateByKey<State>(count).count();
}
