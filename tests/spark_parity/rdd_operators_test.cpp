#include "spark_parity/from_json.hpp"

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/shuffle/range_partitioner.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/ops.hpp>
#include <support/engines.hpp>
#include <support/keyed.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Ints = std::vector<int>;
using Strings = std::vector<std::string>;
using Pair = std::pair<int, int>;
using Pairs = std::vector<Pair>;
using Text = std::pair<int, std::string>;
using Texts = std::vector<Text>;
using test::rddOf;
using test::sorted;
using test::sortedGroups;

const Json& expectOf(std::string_view id) { return test::vector(id).at("expect"); }
const boost::json::array& rowsOf(std::string_view id) { return test::vector(id).at("rows").as_array(); }

Ints from1To(int n) {
  Ints all;
  for (int i = 1; i <= n; ++i) all.push_back(i);
  return all;
}

// H02, the transformations
TEST(RddOperators, H02) {
  const Json& expect = expectOf("H02");
  auto engine = test::makeEngine({.threads = 2});
  auto nums = rddOf<int>(engine, {1, 2, 3, 4}, 2);
  EXPECT_EQ(nums.map([](int x) { return std::to_string(x); }).collect(),
            fromJson<Strings>(expect.at("map text")));
  EXPECT_EQ(nums.filter([](int x) { return x > 2; }).collect(), fromJson<Ints>(expect.at("filter >2")));
  EXPECT_EQ(nums.flatMap([](int x) { return std::views::iota(1, x + 1); }).collect(),
            fromJson<Ints>(expect.at("flatMap 1..x")));
  EXPECT_EQ(nums.union_(nums).collect(), fromJson<Ints>(expect.at("union self")));
  EXPECT_EQ(nums.glom().collect(), fromJson<std::vector<Ints>>(expect.at("glom")));
  EXPECT_EQ(
      nums.collect([](int x) { return x >= 3 ? std::optional(std::to_string(x)) : std::nullopt; }).collect(),
      fromJson<Strings>(expect.at("collect(partial: >=3 as text)")));
  EXPECT_EQ(nums.keyBy([](int x) { return std::to_string(x); }).collect(),
            (fromJson<std::vector<std::pair<std::string, int>>>(expect.at("keyBy text"))));
  auto sum = [](auto& records) {
    int total = 0;
    for (int x : records) total += x;
    return total;
  };
  EXPECT_EQ(nums.mapPartitions([sum](auto& records) { return Ints{sum(records)}; }).collect(),
            fromJson<Ints>(expect.at("mapPartitions sum")));
  EXPECT_EQ(nums.mapPartitionsWithIndex([sum](int i, auto& records) {
                  return Pairs{{i, sum(records)}};
                })
                .collect(),
            fromJson<Pairs>(expect.at("mapPartitionsWithIndex (i,sum)")));
  EXPECT_EQ(nums.flatMap([](int x) {
                  return Ints{x, x};
                })
                .distinct()
                .count(),
            fromJson<std::int64_t>(expect.at("distinct count of each doubled")));
}

TEST(RddOperators, H03) {
  const Json& expect = expectOf("H03");
  auto engine = test::makeEngine();
  auto none = rddOf<Pair>(engine, {}, 0);
  auto pairs = rddOf<Pair>(engine, {{1, 1}, {2, 2}}, 2);
  auto wanted = [&](const char* name) { return fromJson<std::int64_t>(expect.at(name)); };
  EXPECT_EQ(pairs.join(none).count(), wanted("join"));
  EXPECT_EQ(pairs.rightOuterJoin(none).count(), wanted("rightOuterJoin"));
  EXPECT_EQ(pairs.leftOuterJoin(none).count(), wanted("leftOuterJoin"));
  EXPECT_EQ(pairs.fullOuterJoin(none).count(), wanted("fullOuterJoin"));
  EXPECT_EQ(pairs.cogroup(none).count(), wanted("cogroup"));
  EXPECT_EQ(pairs.union_(none).count(), wanted("union"));
}

TEST(RddOperators, H05) {
  auto data =
      rddOf<std::pair<std::string, int>>(test::Shape{}, {{"a", 1}, {"b", 2}, {"a", 2}, {"c", 5}, {"a", 3}});
  EXPECT_EQ(sorted(data.aggregateByKey(0, std::plus<>{}, std::plus<>{}).collect()),
            (fromJson<std::vector<std::pair<std::string, int>>>(expectOf("H05"))));
}

TEST(RddOperators, H06) {
  auto data = rddOf<int>(test::makeEngine({.threads = 2}), from1To(10), 10);
  for (const auto& row : rowsOf("H06")) {
    const int partitions = fromJson<int>(row.at(0));
    if (row.at(1).is_array()) {
      EXPECT_EQ(test::partitionsOf(data.coalesce(partitions)), fromJson<std::vector<Ints>>(row.at(1)));
    } else if (partitions == 0) {
      EXPECT_THROW(data.coalesce(partitions), IllegalArgument);
      EXPECT_THROW(data.repartition(partitions), IllegalArgument);
    } else {
      EXPECT_EQ(test::partitionsOf(data.coalesce(partitions)), test::partitionsOf(data));
    }
  }
  EXPECT_EQ(data.coalesce(20, true).getNumPartitions(), 20);
}

TEST(RddOperators, H07) {
  auto engine = test::makeEngine();
  auto nums = rddOf<int>(engine, {1, 2, 3, 4}, 2);
  auto zipped = nums.zip(nums.map([](int x) { return x + 1.0; }));
  std::vector<std::vector<std::pair<int, double>>> parts;
  for (const auto& part : expectOf("H07").at("glom").as_array()) {
    auto& pairs = parts.emplace_back();
    for (const auto& pair : part.as_array())
      pairs.emplace_back(fromJson<int>(pair.at(0)), pair.at(1).to_number<double>());
  }
  EXPECT_EQ(zipped.glom().collect(), parts);
  EXPECT_THROW(nums.zip(nums.coalesce(1)), IllegalArgument);
  EXPECT_THROW(nums.zip(nums.filter([](int x) { return x > 1; })).count(), SparkException);
}

TEST(RddOperators, H12) {
  auto data = rddOf<int>(test::makeEngine(), from1To(600), 2);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    auto splits = data.randomSplit({1, 2, 3}, seed);
    ASSERT_EQ(splits.size(), 3u);
    EXPECT_EQ(sorted(RDD<int>::union_(splits).collect()), from1To(600));
    for (int i = 0; i < 3; ++i)
      EXPECT_NEAR(static_cast<double>(splits[static_cast<std::size_t>(i)].count()), 100 * (i + 1), 50)
          << seed;
  }
}

TEST(RddOperators, H13) {
  const Json& expect = expectOf("H13");
  auto data = rddOf<std::string>(test::Shape{}, {"5|50|A", "4|60|C", "6|40|B"});
  auto field = [](std::size_t which) {
    return [which](const std::string& line) {
      return line.substr(which * 2 + (which == 2 ? 1 : 0), which == 1 ? 2 : 1);
    };
  };
  EXPECT_EQ(data.sortBy(field(0)).collect(), fromJson<Strings>(expect.at("field0")));
  EXPECT_EQ(data.sortBy(field(1)).collect(), fromJson<Strings>(expect.at("field1")));
  EXPECT_EQ(data.sortBy(field(2)).collect(), fromJson<Strings>(expect.at("field2")));
  EXPECT_EQ(data.sortBy(field(0), false).collect(), fromJson<Strings>(expect.at("field0 desc")));
}

TEST(RddOperators, H14) {
  auto data = rddOf<Pair>(test::makeEngine(), {{0, 5}, {3, 8}, {2, 6}, {0, 8}, {3, 8}, {1, 3}}, 2);
  auto mod2 = partitionerBy<int>(
      2, [](int key) { return key % 2; }, "mod 2");
  EXPECT_EQ(test::partitionsOf(data.repartitionAndSortWithinPartitions(mod2)),
            fromJson<std::vector<Pairs>>(test::vector("H14").at("parts")));
}

TEST(RddOperators, H15) {
  auto engine = test::makeEngine();
  auto a = rddOf<int>(engine, {1, 2, 3}, 2), b = rddOf<int>(engine, {2, 3, 4}, 2),
       none = rddOf<int>(engine, {}, 2);
  EXPECT_EQ(sorted(a.cartesian(b).collect()), fromJson<Pairs>(expectOf("H15")));
  EXPECT_EQ(a.cartesian(none).count() + none.cartesian(a).count(), 0);
}

TEST(RddOperators, H17) {
  for (int partitions : {1, 3}) {
    auto data = rddOf<int>(test::makeEngine(), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, partitions);
    for (const auto& [element, index] : data.zipWithIndex().collect()) EXPECT_EQ(element, index);
    int partition = 0;
    for (const auto& part : test::partitionsOf(data.zipWithUniqueId())) {
      std::int64_t id = partition++;
      for (const auto& record : part) EXPECT_EQ(record.second, std::exchange(id, id + partitions));
    }
  }
}

TEST(RddOperators, H18) {
  auto data = rddOf<Pair>(test::Shape{}, {{1, 1}, {1, 2}, {1, 3}, {1, 1}, {2, 1}});
  EXPECT_EQ(sorted(data.reduceByKey(std::plus<>{}).collect()), fromJson<Pairs>(expectOf("H18")));
  EXPECT_EQ(sorted(data.foldByKey(0, std::plus<>{}).collect()), fromJson<Pairs>(expectOf("H18")));
}

TEST(RddOperators, H19) {
  auto data = rddOf<Pair>(test::Shape{}, {{1, 1}, {1, 2}, {1, 3}, {1, 1}, {2, 1}});
  EXPECT_EQ(sortedGroups(data.groupByKey().collect()),
            (std::vector<std::pair<int, Ints>>{{1, {1, 1, 2, 3}}, {2, {1}}}));
  auto negative = rddOf<Pair>(test::Shape{}, {{-1, 1}, {-1, 2}, {-1, 3}, {-1, 1}, {2, 1}});
  EXPECT_EQ(sortedGroups(negative.groupByKey().collect()),
            (std::vector<std::pair<int, Ints>>{{-1, {1, 1, 2, 3}}, {2, {1}}}));
}

TEST(RddOperators, H20) {
  using Set = std::set<int>;
  auto data = rddOf<Pair>(test::Shape{}, {{1, 1}, {1, 1}, {3, 2}, {5, 1}, {5, 3}});
  auto sets = data.aggregateByKey(
      Set{},
      [](Set all, int x) {
        all.insert(x);
        return all;
      },
      [](Set all, const Set& more) {
        all.insert(more.begin(), more.end());
        return all;
      });
  EXPECT_EQ(sorted(sets.collect()), (std::vector<std::pair<int, Set>>{{1, {1}}, {3, {2}}, {5, {1, 3}}}));
}

TEST(RddOperators, H21) {
  const Json& expect = expectOf("H21");
  for (const test::Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    auto a = rddOf<Pair>(engine, {{1, 1}, {1, 2}, {2, 1}, {3, 1}}, shape.partitions);
    auto b = rddOf<Text>(engine, {{1, "x"}, {2, "y"}, {2, "z"}, {4, "w"}}, shape.partitions);
    using Full = std::vector<std::pair<int, std::pair<std::optional<int>, std::optional<std::string>>>>;
    const Full both = fromJson<Full>(expect.at("join"));
    auto with = [&](const char* name) {
      Full all = both;
      for (const auto& record : fromJson<Full>(expect.at(name))) all.push_back(record);
      return sorted(all);
    };
    auto asFull = [](const auto& records) { return sorted(Full(records.begin(), records.end())); };
    EXPECT_EQ(asFull(a.join(b).collect()), sorted(both));
    EXPECT_EQ(asFull(a.leftOuterJoin(b).collect()), with("left adds"));
    EXPECT_EQ(asFull(a.rightOuterJoin(b).collect()), with("right adds"));
    EXPECT_EQ(asFull(a.fullOuterJoin(b).collect()), with("full adds"));
  }
}

TEST(RddOperators, H22) {
  auto engine = test::makeEngine();
  auto a = rddOf<Pair>(engine, {{1, 1}, {1, 2}, {1, 3}}, 2);
  auto b = rddOf<Text>(engine, {{1, "x"}, {1, "y"}}, 2);
  EXPECT_EQ(sorted(a.join(b).values().collect()),
            (Texts{{1, "x"}, {1, "y"}, {2, "x"}, {2, "y"}, {3, "x"}, {3, "y"}}));
  EXPECT_EQ(a.join(b.map([](const Text& kv) { return Text(kv.first + 1, kv.second); })).count(), 0);
}

TEST(RddOperators, H23) {
  const Json& expect = expectOf("H23");
  auto engine = test::makeEngine();
  auto a = rddOf<Pair>(engine, {{1, 1}, {1, 2}, {2, 1}, {3, 1}}, 2);
  auto b = rddOf<Text>(engine, {{1, "x"}, {2, "y"}, {2, "z"}, {4, "w"}}, 2);
  auto c = rddOf<Text>(engine, {{1, "a"}, {3, "b"}, {4, "c"}, {4, "d"}}, 2);
  auto d = rddOf<Text>(engine, {{2, "@"}}, 2);
  EXPECT_EQ(sorted(a.groupWith(b).collect()),
            (fromJson<std::vector<std::pair<int, std::pair<Ints, Strings>>>>(expect.at("2"))));
  auto list = [](const Json& groups, std::size_t i) { return fromJson<Strings>(groups.at(i)); };
  using Three = std::tuple<Ints, Strings, Strings>;
  std::vector<std::pair<int, Three>> three;
  for (const auto& row : expect.at("3 (third: (1,a)(3,b)(4,c)(4,d))").as_array()) {
    const Json& groups = row.at(1);
    three.emplace_back(fromJson<int>(row.at(0)),
                       Three(fromJson<Ints>(groups.at(0)), list(groups, 1), list(groups, 2)));
  }
  EXPECT_EQ(sorted(a.groupWith(b, c).collect()), three);
  using Four = std::tuple<Ints, Strings, Strings, Strings>;
  std::vector<std::pair<int, Four>> four;
  for (const auto& row : expect.at("4 (fourth: (2,@))").as_array()) {
    const Json& groups = row.at(1);
    four.emplace_back(fromJson<int>(row.at(0)),
                      Four(fromJson<Ints>(groups.at(0)), list(groups, 1), list(groups, 2), list(groups, 3)));
  }
  EXPECT_EQ(sorted(a.groupWith(b, c, d).collect()), four);
}

TEST(RddOperators, H24) {
  auto engine = test::makeEngine();
  auto left = rddOf<int>(engine, {1, 2, 3}, 2).subtract(rddOf<int>(engine, {2, 3, 4}, 4));
  EXPECT_EQ(left.collect(), Ints{1});
  EXPECT_EQ(left.getNumPartitions(), 2);
  auto pairs = rddOf<Text>(engine, {{1, "a"}, {1, "a"}, {2, "b"}, {3, "c"}}, 2);
  EXPECT_EQ(pairs.subtractByKey(rddOf<Pair>(engine, {{2, 20}, {3, 30}, {4, 40}}, 4)).collect(),
            (Texts{{1, "a"}, {1, "a"}}));
}

TEST(RddOperators, H25) {
  auto data = rddOf<Pair>(test::Shape{}, {{1, 2}, {3, 4}, {5, 6}, {5, 7}});
  for (const auto& row : rowsOf("H25")) {
    EXPECT_EQ(data.lookup(fromJson<int>(row.at(0))), fromJson<Ints>(row.at(1)));
    EXPECT_EQ(data.groupByKey(3)
                  .flatMapValues([](const Ints& all) { return all; })
                  .lookup(fromJson<int>(row.at(0))),
              fromJson<Ints>(row.at(1)));
  }
}

TEST(RddOperators, H27) {
  auto engine = test::makeEngine({.partitions = 4});
  engine->setParallelismIsSet(true);
  // "150 plain" is an RDD of that many partitions, "hash10" one that is spread by hash.
  auto rddOfName = [&](std::string name) {
    if (name.starts_with("hash"))
      return rddOf<Pair>(engine, {}, 1).partitionBy(HashPartitioner(std::stoi(name.substr(4))));
    return rddOf<Pair>(engine, {}, std::stoi(name));
  };
  for (const auto& row : rowsOf("H27")) {
    std::string names(row.at(0).as_string());
    SCOPED_TRACE(names);
    if (names == "all three") names = "hash10 + hash100 + 150 plain";
    std::vector<core::NodePtr> parents;
    for (std::size_t at = 0; at < names.size();) {
      const auto plus = std::min(names.find(" + ", at), names.size());
      parents.push_back(rddOfName(names.substr(at, plus - at)).node());
      at = plus + 3;
    }
    EXPECT_EQ(core::defaultPartitioner(parents)->partitions(), fromJson<int>(row.at(1)));
  }
  engine->setParallelismIsSet(false);
  EXPECT_EQ(core::defaultPartitioner({rddOfName("11").node(), rddOfName("7").node()})->partitions(), 11);
}

TEST(RddOperators, H28) {
  auto engine = test::makeEngine();
  auto pairs = rddOf<Pair>(engine, {{1, 1}, {2, 2}}, 5);
  auto hash2 = pairs.groupByKey(2), hash4 = pairs.groupByKey(4);
  EXPECT_EQ(hash2.groupByKey().partitioner(), HashPartitioner(2));
  EXPECT_FALSE(hash2.map([](const auto& kv) { return kv; }).partitioner().has_value());
  EXPECT_EQ(hash2.mapValues([](const auto& all) { return all; }).partitioner(), HashPartitioner(2));
  EXPECT_EQ(hash2.flatMapValues([](const auto& all) { return all; }).partitioner(), HashPartitioner(2));
  EXPECT_EQ(hash2.filter([](const auto&) { return true; }).partitioner(), HashPartitioner(2));
  EXPECT_EQ(hash2.sample(false, 0.5).partitioner(), HashPartitioner(2));
  EXPECT_EQ(hash2.join(hash4).partitioner(), HashPartitioner(4));
  EXPECT_EQ(hash2.leftOuterJoin(hash4).partitioner(), HashPartitioner(4));
  EXPECT_EQ(hash2.rightOuterJoin(hash4).partitioner(), HashPartitioner(4));
  EXPECT_EQ(hash2.fullOuterJoin(hash4).partitioner(), HashPartitioner(4));
  EXPECT_EQ(hash2.cogroup(hash4).partitioner(), HashPartitioner(4));
  EXPECT_EQ(hash2.groupByKey(3).partitioner(), HashPartitioner(3));
  EXPECT_EQ(pairs.partitionBy(HashPartitioner(2)).distinct().partitioner(), HashPartitioner(2));
}

TEST(RddOperators, H29) {
  auto engine = test::makeEngine();
  EXPECT_EQ(rddOf<Pair>(engine, {{1, 0}, {2, 0}, {0, 0}, {3, 0}}, 2).sortByKey().keys().collect(),
            (Ints{0, 1, 2, 3}));
  Pairs pairs;
  for (int i = 1; i <= 1000; ++i) pairs.emplace_back((i * 389) % 1000 + 1, i);
  auto data = rddOf<Pair>(engine, pairs, 2);
  for (bool ascending : {true, false}) {
    auto parts = test::partitionsOf(data.sortByKey(ascending, 4));
    ASSERT_EQ(parts.size(), 4u);
    Ints all;
    for (const auto& part : parts) {
      EXPECT_GT(part.size(), 100u);
      EXPECT_LT(part.size(), 400u);
      for (const auto& [key, value] : part) all.push_back(key);
    }
    if (!ascending) std::ranges::reverse(all);
    EXPECT_EQ(all, from1To(1000));
  }
  EXPECT_TRUE(rddOf<Pair>(engine, {}, 2).sortByKey().collect().empty());
  EXPECT_EQ(data.sortByKey(true, 20).getNumPartitions(), 20);
}

TEST(RddOperators, H35) {
  auto engine = test::makeEngine();
  auto two = rddOf<int>(engine, {1, 2, 3, 4}, 2);
  auto three = rddOf<std::string>(engine, {"a", "b", "c", "d", "e", "f"}, 2);
  auto one = rddOf<int>(engine, {1, 2}, 2);
  auto sizes = [](auto& x, auto& y, auto& z) {
    auto size = [](auto& records) {
      int count = 0;
      for ([[maybe_unused]] const auto& record : records) ++count;
      return count;
    };
    return Ints{size(x), size(y), size(z)};
  };
  EXPECT_EQ(two.zipPartitions(three, one, sizes).collect(), (Ints{2, 3, 1, 2, 3, 1}));
}

TEST(RddOperators, H36) {
  auto data = rddOf<int>(test::makeEngine(), {1, 2, 3, 4}, 2);
  EXPECT_EQ(data.pipe("cat").collect(), fromJson<Strings>(rowsOf("H36")[0].at(1)));
  EXPECT_EQ(data.pipe("wc -l").collect(), fromJson<Strings>(rowsOf("H36")[1].at(1)));
  PipeOptions<int> options;
  options.printPipeContext = [](const LineWriter& write) {
    write("0");
    write("\x01");
  };
  options.printRDDElement = [](const int& x, const LineWriter& write) { write(std::to_string(x) + "_"); };
  EXPECT_EQ(data.pipe("cat", options).collect(), fromJson<Strings>(rowsOf("H36")[2].at(1)));
  EXPECT_EQ(rddOf<int>(test::makeEngine(), {}, 2).pipe("wc -l").count(), 2);
  EXPECT_THROW(data.pipe("false").collect(), SparkException);
}

TEST(RddOperators, H39) {
  EXPECT_EQ(
      core::rangeBounds<double>({{0.7, 2}, {0.1, 1}, {0.4, 1}, {0.3, 1}, {0.2, 1}, {0.5, 1}, {1.0, 3}}, 3),
      (std::vector<double>{0.4, 0.7}));
  auto engine = test::makeEngine();
  EXPECT_EQ(RangePartitioner(22, rddOf<Pair>(engine, {{1, 1}, {2, 2}, {3, 3}}, 2)).numPartitions(), 3);
  EXPECT_EQ(RangePartitioner(22, rddOf<Pair>(engine, {}, 0)).numPartitions(), 1);
}

}  // namespace

}  // namespace millrace::parity
