// expect: for this V
#include <millrace/dstream/ops.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#ifdef MISTAKE
using Value = std::string;
#else
using Value = int;
#endif

std::optional<long> count(const std::vector<Value>& values, std::optional<long> old) {
  return old.value_or(0) + static_cast<long>(values.size());
}

auto counts(const millrace::DStream<std::pair<std::string, int>>& pairs) {
  return pairs.updateStateByKey(count);
}
