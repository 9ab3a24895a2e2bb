#include <millrace/dstream/ops/flat_map.hpp>

#include <millrace/base/split.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::StreamOptions;
using test::StreamTest;

TEST(StreamFlatMap, SplitsEachBatchIntoWords) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto lines = running.source<std::string_view>(
        test::batches<std::string>({{"to be or", "not to be"}, {" "}, {"x"}}));
    auto words = running.collect(lines.flatMap([](std::string_view line) { return split(line, ' '); }));
    running.run(3);
    EXPECT_EQ(words.records(),
              (std::vector<std::vector<std::string>>{{"to", "be", "or", "not", "to", "be"}, {}, {"x"}}));
  });
}

}  // namespace
}  // namespace millrace
