// expect: an RDD of \(key, state\) with the keys of this stream
#include <millrace/dstream/ops.hpp>

#include <optional>
#include <string>
#include <utility>

#ifdef MISTAKE
using Key = int;
#else
using Key = std::string_view;
#endif

int count(const std::string&, std::optional<int>, millrace::State<int>& seen) {
  seen.update(seen.getOption().value_or(0) + 1);
  return seen.get();
}

auto counts(const millrace::DStream<std::pair<std::string, int>>& pairs,
            const millrace::RDD<std::pair<Key, int>>& before) {
  return pairs.mapWithState(millrace::StateSpec::function(count).initialState(before));
}
