// expect: on PairLike records
#include <millrace/dstream/ops.hpp>

#include <optional>
#include <span>
#include <utility>

#ifdef MISTAKE
using Record = int;
#else
using Record = std::pair<int, int>;
#endif

auto counts(const millrace::DStream<Record>& records) {
  return records.updateStateByKey([](std::span<const int> values, std::optional<int> old) {
    return std::optional<int>(old.value_or(0) + static_cast<int>(values.size()));
  });
}
