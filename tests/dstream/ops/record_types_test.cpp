#include <millrace/dstream/ops.hpp>

#include <millrace/base/split.hpp>

#include "support/scratch_directory.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace millrace {
namespace {

using Words = std::vector<std::string_view>;

Words wordsOf(std::string_view line) {
  auto words = split(line, ',');
  return {words.begin(), words.end()};
}

/// Records of every type go through what keeps records.
class RecordTypes : public testing::TestWithParam<StreamingMode> {
 protected:
  RecordTypes() { running.context().checkpoint(scratch.path()); }
  DStream<std::string_view> lines() {
    return running.source<std::string_view>(
        test::batches<std::string>({{"a,b,long enough to lie elsewhere", "c"}, {"d,e", "a,x"}}));
  }
  template <class T>
  std::vector<std::vector<owned_t<T>>> run(const DStream<T>& stream) {
    auto outputs = running.collect(stream);
    running.run(2);
    return outputs.sorted();
  }

  test::ScratchDirectory scratch;
  test::StreamTest running{{.shape = {.partitions = 2, .threads = 2}, .mode = GetParam()}};
};

INSTANTIATE_TEST_SUITE_P(Modes, RecordTypes, testing::ValuesIn(test::kModes), [](const auto& mode) {
  return mode.param == StreamingMode::kContinuous ? "continuous" : "micro_batch";
});

using Owned1 = std::vector<std::string>;
const Owned1 kAb{"a", "b", "long enough to lie elsewhere"}, kC{"c"}, kDe{"d", "e"}, kAx{"a", "x"};

TEST_P(RecordTypes, VectorsOfViewsInAWindow) {
  EXPECT_EQ(run(lines().map(wordsOf).window(Seconds(2))),
            (std::vector<std::vector<Owned1>>{{kAb, kC}, {kAb, kAx, kC, kDe}}));
}

TEST_P(RecordTypes, VectorsOfViewsInGroups) {
  auto grouped =
      lines().map(wordsOf).map([](const auto& words) { return std::pair(words[0], words); }).groupByKey();
  EXPECT_EQ(run(grouped), (std::vector<std::vector<std::pair<std::string, std::vector<Owned1>>>>{
                              {{"a", {kAb}}, {"c", {kC}}}, {{"a", {kAx}}, {"d", {kDe}}}}));
}

TEST_P(RecordTypes, VectorsOfViewsOfFunctionsThatTakeStrings) {
  auto keyed = lines()
                   .map(wordsOf)
                   .filter([](const std::vector<std::string>& words) { return words.size() > 1; })
                   .map([](const std::vector<std::string>& words) { return std::pair(words[1], 1); });
  EXPECT_EQ(run(keyed.reduceByKey(std::plus<>())),
            (std::vector<std::vector<std::pair<std::string, int>>>{{{"b", 1}}, {{"e", 1}, {"x", 1}}}));
}

TEST_P(RecordTypes, PersistedVectorsOfViews) {
  auto words = lines().map(wordsOf);
  words.persist();
  EXPECT_EQ(run(words.map([](const auto& some) { return some.size(); })),
            (std::vector<std::vector<std::size_t>>{{1, 3}, {2, 2}}));
}

TEST_P(RecordTypes, EverythingThatHoldsViews) {
  using Record = std::tuple<std::array<std::string_view, 2>, std::variant<int, std::string_view>,
                            std::optional<std::string_view>, std::map<std::string_view, std::string_view>>;
  auto records = lines().map([](std::string_view line) {
    return Record({line, line.substr(0, 1)}, line, line, {{line, line}});
  });
  auto good = records.window(Seconds(2)).map([](const Record& record) {
    const auto& [array, variant, optional, map] = record;
    const std::string_view line = array[0];
    return line.substr(0, 1) == array[1] && std::get<1>(variant) == line && *optional == line &&
           map.at(line) == line;
  });
  EXPECT_EQ(run(good), (std::vector<std::vector<bool>>{{true, true}, {true, true, true, true}}));
}

TEST_P(RecordTypes, StatesOfViews) {
  auto last = lines()
                  .map([](std::string_view line) { return std::pair(line.substr(0, 1), wordsOf(line)); })
                  .updateStateByKey([](std::span<const Owned1> news, std::optional<Owned1> old) {
                    return news.empty() ? std::move(old) : std::optional(news.back());
                  });
  EXPECT_EQ(run(last), (std::vector<std::vector<std::pair<std::string, Owned1>>>{
                           {{"a", kAb}, {"c", kC}}, {{"a", kAx}, {"c", kC}, {"d", kDe}}}));
}

TEST_P(RecordTypes, InitialStatesOfOtherKeysAreRefused) {
  const auto count = [](const std::string&, std::optional<int>, State<int>& seen) {
    seen.update(seen.getOption().value_or(0) + 1);
    return seen.get();
  };
  auto pairs = lines().map([](std::string_view line) { return std::pair(line, 1); });
  const auto numbers = test::rddOf<std::pair<int, int>>(test::Shape{}, {{1, 1}});
  const auto texts = test::rddOf<std::pair<std::string_view, int>>(test::Shape{}, {{"a", 1}});
  auto spec = StateSpec::function(count);
  EXPECT_NO_THROW(pairs.mapWithState(spec.initialState(texts)));
  EXPECT_THROW(pairs.mapWithState(spec.initialState(numbers)), IllegalArgument);
}

TEST_P(RecordTypes, PointersToText) {
  auto sizes = lines().map(
      [](std::string_view line) { return line.size() > 3 ? std::pair("long", 1) : std::pair("short", 1); });
  EXPECT_EQ(run(sizes.reduceByKeyAndWindow(std::plus<>(), Seconds(2))),
            (std::vector<std::vector<std::pair<std::string, int>>>{{{"long", 1}, {"short", 1}},
                                                                   {{"long", 1}, {"short", 3}}}));
}

TEST_P(RecordTypes, Bools) {
  auto longs = lines().map([](std::string_view line) { return line.size() > 3; });
  longs.persist();
  EXPECT_EQ(run(longs.window(Seconds(2))),
            (std::vector<std::vector<bool>>{{false, true}, {false, false, false, true}}));
}

TEST_P(RecordTypes, CountedBools) {
  EXPECT_EQ(run(lines()
                    .map([](std::string_view line) { return line.size() > 3; })
                    .countByValueAndWindow(Seconds(2), Seconds(1))),
            (std::vector<std::vector<std::pair<bool, std::int64_t>>>{{{false, 1}, {true, 1}},
                                                                     {{false, 3}, {true, 1}}}));
}

TEST_P(RecordTypes, ReducedAndRepartitionedBools) {
  auto any = lines()
                 .repartition(3)
                 .map([](std::string_view line) { return line.size() > 3; })
                 .repartition(2)
                 .reduce(std::logical_or<>());
  EXPECT_EQ(run(any), (std::vector<std::vector<bool>>{{true}, {false}}));
}

TEST_P(RecordTypes, StatesOfBools) {
  auto seen = lines()
                  .map([](std::string_view line) { return std::pair(line.substr(0, 1), true); })
                  .mapWithState(StateSpec::function(
                      [](const std::string&, std::optional<bool> now, State<bool>& before) {
                        const bool known = before.exists();
                        before.update(now.value_or(false));
                        return known;
                      }));
  EXPECT_EQ(run(seen), (std::vector<std::vector<bool>>{{false, false}, {false, true}}));
}

TEST_P(RecordTypes, UpdatedBools) {
  auto odd = lines()
                 .map([](std::string_view line) { return std::pair(line.substr(0, 1), true); })
                 .updateStateByKey([](const std::vector<bool>& news, std::optional<bool> old) {
                   return std::optional(old.value_or(false) != (news.size() % 2 == 1));
                 });
  EXPECT_EQ(run(odd), (std::vector<std::vector<std::pair<std::string, bool>>>{
                          {{"a", true}, {"c", true}}, {{"a", false}, {"c", true}, {"d", true}}}));
}

TEST_P(RecordTypes, JoinedBools) {
  auto flags =
      lines().map([](std::string_view line) { return std::pair(line.substr(0, 1), line.size() > 3); });
  auto joined =
      flags.leftOuterJoin(flags).mapValues([](const auto& both) { return both.first == both.second; });
  EXPECT_EQ(run(joined), (std::vector<std::vector<std::pair<std::string, bool>>>{
                             {{"a", true}, {"c", true}}, {{"a", true}, {"d", true}}}));
}

TEST_P(RecordTypes, ReceivedBools) {
  auto input = running.receiver<bool>();
  auto outputs = running.collect(
      input.stream.glom().map([](const auto& part) { return part.size(); }).reduce(std::plus<>()));
  running.start();
  input.feed->add({true, false, true});
  running.advance();
  running.stop();
  EXPECT_EQ(outputs.records(), (std::vector<std::vector<std::size_t>>{{3}}));
}

}  // namespace
}  // namespace millrace
