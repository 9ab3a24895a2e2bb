#include <millrace/dstream/ops.hpp>

#include <optional>
#include <string>
#include <utility>

using millrace::State;
using Range = std::pair<int, int>;

auto unchanged(const millrace::DStream<std::pair<std::string, int>>& pairs) {
  return pairs.mapWithState(millrace::StateSpec::function(
      [](const std::string& key, std::optional<int>, State<Range>&) { return key; }));
}
auto ending(const millrace::DStream<std::pair<std::string, int>>& pairs) {
  return pairs.mapWithState(
      millrace::StateSpec::function([](const std::string&, std::optional<int>, State<Range>& range) {
        return range.exists();
      }).timeout(millrace::Seconds(2)));
}
