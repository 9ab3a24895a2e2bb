#include <millrace/dstream/ops/window.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::StreamOptions;
using test::StreamTest;

TEST(Window, KeepsTheTextOfAStreamOfViews) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto lines =
        running.source<std::string>(test::batches<std::string>({{"a text of some length"}, {"b"}, {"c"}}));
    auto heads = lines
                     .flatMap([](const std::string& line) {
                       return std::vector{line + ", first", line + ", second"};
                     })
                     .map([](const std::string& text) { return std::string_view(text).substr(0, 12); });
    auto outputs = running.collect(heads.window(Seconds(2)));
    running.run(3);
    EXPECT_EQ(outputs.records(), (std::vector<std::vector<std::string>>{
                                     {"a text of so", "a text of so"},
                                     {"a text of so", "a text of so", "b, first", "b, second"},
                                     {"b, first", "b, second", "c, first", "c, second"}}));
  });
}

}  // namespace
}  // namespace millrace
