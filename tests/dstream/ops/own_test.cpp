#include <millrace/dstream/ops/own.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::StreamOptions;
using test::StreamTest;

DStream<std::string> doubled(const DStream<std::string>& texts) {
  return texts.map([](const std::string& text) { return text + text; });
}

TEST(StreamOwn, MakesAStreamOfViewsOneOfStringsWhereThatIsAskedFor) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto lines = running.source<std::string_view>(
        test::batches<std::string>({{"a", "bc"}, {"a text of some length"}}));
    DStream<std::string> kept = lines;
    auto outputs = running.collect(doubled(lines));
    auto windows = running.collect(kept.window(Seconds(2)));
    running.run(2);
    EXPECT_EQ(outputs.records(), (std::vector<std::vector<std::string>>{
                                     {"aa", "bcbc"}, {"a text of some lengtha text of some length"}}));
    EXPECT_EQ(windows.records(),
              (std::vector<std::vector<std::string>>{{"a", "bc"}, {"a", "bc", "a text of some length"}}));
  });
}

}  // namespace
}  // namespace millrace
