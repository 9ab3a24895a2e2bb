#include <millrace/dstream/ops/flat_map_values.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;
using View = std::pair<std::string_view, int>;

TEST(StreamFlatMapValues, PairsEachElementWithTheKey) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<View>();
    auto counted = running.collect(pairs.stream.flatMapValues([](int v) {
      std::vector<int> all;
      for (int i = 1; i <= v; ++i) all.push_back(i);
      return all;
    }));
    running.play({start(), addData(pairs, {{"a", 2}, {"b", 0}, {"c", 1}}), closeBatch(),
                  expect(counted, {{"a", 1}, {"a", 2}, {"c", 1}}), closeBatch(), expect(counted, {}),
                  noRdd(pairs), closeBatch(), expectNothing(counted), stop()});
  });
}

}  // namespace
}  // namespace millrace
