#include <millrace/dstream/ops/flat_map.hpp>

#include <millrace/base/split.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <optional>
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

TEST(StreamFlatMap, TakesWhatAnOptionalHolds) {
  for (StreamingMode mode : test::kModes) {
    test::onAllShapes(
        [](StreamOptions options) {
          SCOPED_TRACE(options.shape.describe());
          StreamTest running(options);
          auto lines =
              running.source<std::string_view>(test::batches<std::string>({{"a 1", "b", "c 2"}, {"d"}}));
          const auto second = [](std::string_view line) -> std::optional<std::string_view> {
            const auto fields = split(line, ' ');
            return fields.size() < 2 ? std::nullopt : std::optional(fields[1]);
          };
          auto views = running.collect(lines.flatMap(second));
          auto strings = running.collect(lines.flatMap([second](std::string_view line) {
            const auto text = second(line);
            return text ? std::optional(std::string(*text)) : std::nullopt;
          }));
          auto pairs =
              running.collect(lines.map([](std::string_view line) { return std::pair(1, std::string(line)); })
                                  .flatMapValues([](const std::string& line) {
                                    return line.size() < 2 ? std::nullopt : std::optional(line.size());
                                  }));
          running.run(2);
          EXPECT_EQ(views.records(), (std::vector<std::vector<std::string>>{{"1", "2"}, {}}));
          EXPECT_EQ(strings.records(), views.records());
          EXPECT_EQ(pairs.records(),
                    (std::vector<std::vector<std::pair<int, std::size_t>>>{{{1, 3}, {1, 3}}, {}}));
        },
        mode);
  }
}

}  // namespace
}  // namespace millrace
