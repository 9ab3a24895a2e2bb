#include <millrace/dstream/ops/filter.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::StreamOptions;
using test::StreamTest;

TEST(StreamFilter, KeepsWhatPassesOfEachBatch) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto texts =
        running.source<std::string_view>(test::batches<std::string>({{"a", "bb", "c"}, {"d"}, {"ee", "ff"}}));
    auto longer = running.collect(texts.filter([](const std::string& text) { return text.size() > 1; }));
    running.run(3);
    EXPECT_EQ(longer.records(), (std::vector<std::vector<std::string>>{{"bb"}, {}, {"ee", "ff"}}));
  });
}

}  // namespace
}  // namespace millrace
