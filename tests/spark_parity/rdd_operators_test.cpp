#include "spark_parity/from_json.hpp"
#include "spark_parity/functions.hpp"
#include "spark_parity/value.hpp"

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/shuffle/range_partitioner.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/ops.hpp>
#include <support/engines.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using test::rddOf;

const Json& expectOf(std::string_view id) { return test::vector(id).at("expect"); }
const boost::json::array& rowsOf(std::string_view id) { return test::vector(id).at("rows").as_array(); }

/// Records, partitions or groups, in an order of their own.
template <class T>
Value inOrder(const std::vector<T>& records) {
  Value::List sorted = Value(records).list();
  std::ranges::sort(sorted);
  return sorted;
}

Value::List from1To(int n) {
  Value::List all;
  for (int i = 1; i <= n; ++i) all.push_back(i);
  return all;
}

Value textOf(const Value& x) { return std::to_string(x.number()); }
Value::List itself(const Value& list) { return list.list(); }

Value sumOf(auto& numbers) {
  std::int64_t sum = 0;
  for (const Value& number : numbers) sum += number.number();
  return sum;
}

const Fold kPlus = foldFunction("+");

// H02, the transformations
TEST(RddOperators, H02) {
  const Json& expect = expectOf("H02");
  auto engine = test::makeEngine({.threads = 2});
  auto nums = rddOf<Value>(engine, from1To(4), 2);
  EXPECT_EQ(Value(nums.map(textOf).collect()), Value(expect.at("map text")));
  EXPECT_EQ(Value(nums.filter([](const Value& x) { return x.number() > 2; }).collect()),
            Value(expect.at("filter >2")));
  EXPECT_EQ(
      Value(nums.flatMap([](const Value& x) { return from1To(static_cast<int>(x.number())); }).collect()),
      Value(expect.at("flatMap 1..x")));
  EXPECT_EQ(Value(nums.union_(nums).collect()), Value(expect.at("union self")));
  EXPECT_EQ(Value(nums.glom().collect()), Value(expect.at("glom")));
  EXPECT_EQ(Value(nums.collect([](const Value& x) {
                        return x.number() >= 3 ? std::optional(textOf(x)) : std::nullopt;
                      })
                      .collect()),
            Value(expect.at("collect(partial: >=3 as text)")));
  EXPECT_EQ(Value(nums.keyBy(textOf).collect()), Value(expect.at("keyBy text")));
  EXPECT_EQ(Value(nums.mapPartitions([](auto& records) { return Value::List{sumOf(records)}; }).collect()),
            Value(expect.at("mapPartitions sum")));
  EXPECT_EQ(Value(nums.mapPartitionsWithIndex([](int i, auto& records) {
                        return std::vector<Pair>{{i, sumOf(records)}};
                      })
                      .collect()),
            Value(expect.at("mapPartitionsWithIndex (i,sum)")));
  EXPECT_EQ(nums.flatMap([](const Value& x) {
                  return Value::List{x, x};
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
  auto data = rddOf<Pair>(test::Shape{}, {{"a", 1}, {"b", 2}, {"a", 2}, {"c", 5}, {"a", 3}});
  EXPECT_EQ(inOrder(data.aggregateByKey(Value(0), kPlus, kPlus).collect()), Value(expectOf("H05")));
}

TEST(RddOperators, H06) {
  auto data = rddOf<Value>(test::makeEngine({.threads = 2}), from1To(10), 10);
  for (const auto& row : rowsOf("H06")) {
    const int partitions = fromJson<int>(row.at(0));
    if (row.at(1).is_array()) {
      EXPECT_EQ(Value(test::partitionsOf(data.coalesce(partitions))), Value(row.at(1)));
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
  auto nums = rddOf<Value>(engine, from1To(4), 2);
  auto zipped =
      nums.zip(nums.map([](const Value& x) { return Value(static_cast<double>(x.number()) + 1.0); }));
  EXPECT_EQ(Value(zipped.glom().collect()), Value(expectOf("H07").at("glom")));
  EXPECT_THROW(nums.zip(nums.coalesce(1)), IllegalArgument);
  EXPECT_THROW(nums.zip(nums.filter([](const Value& x) { return x.number() > 1; })).count(), SparkException);
}

TEST(RddOperators, H12) {
  auto data = rddOf<Value>(test::makeEngine(), from1To(600), 2);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    auto splits = data.randomSplit({1, 2, 3}, seed);
    ASSERT_EQ(splits.size(), 3u);
    EXPECT_EQ(inOrder(RDD<Value>::union_(splits).collect()), Value(from1To(600)));
    for (int i = 0; i < 3; ++i)
      EXPECT_NEAR(static_cast<double>(splits[static_cast<std::size_t>(i)].count()), 100 * (i + 1), 50)
          << seed;
  }
}

TEST(RddOperators, H13) {
  const Json& expect = expectOf("H13");
  auto data = rddOf<Value>(test::Shape{}, {"5|50|A", "4|60|C", "6|40|B"});
  auto field = [](std::size_t which) {
    return [which](const Value& line) -> Value {
      return line.text().substr(which * 2 + (which == 2 ? 1 : 0), which == 1 ? 2 : 1);
    };
  };
  EXPECT_EQ(Value(data.sortBy(field(0)).collect()), Value(expect.at("field0")));
  EXPECT_EQ(Value(data.sortBy(field(1)).collect()), Value(expect.at("field1")));
  EXPECT_EQ(Value(data.sortBy(field(2)).collect()), Value(expect.at("field2")));
  EXPECT_EQ(Value(data.sortBy(field(0), false).collect()), Value(expect.at("field0 desc")));
}

TEST(RddOperators, H14) {
  auto data = rddOf<Pair>(test::makeEngine(), {{0, 5}, {3, 8}, {2, 6}, {0, 8}, {3, 8}, {1, 3}}, 2);
  auto mod2 = partitionerBy<Value>(
      2, [](const Value& key) { return static_cast<int>(key.number() % 2); }, "mod 2");
  EXPECT_EQ(Value(test::partitionsOf(data.repartitionAndSortWithinPartitions(mod2))),
            Value(test::vector("H14").at("parts")));
}

TEST(RddOperators, H15) {
  auto engine = test::makeEngine();
  auto a = rddOf<Value>(engine, {1, 2, 3}, 2), b = rddOf<Value>(engine, {2, 3, 4}, 2),
       none = rddOf<Value>(engine, {}, 2);
  EXPECT_EQ(inOrder(a.cartesian(b).collect()), Value(expectOf("H15")));
  EXPECT_EQ(a.cartesian(none).count() + none.cartesian(a).count(), 0);
}

TEST(RddOperators, H17) {
  for (int partitions : {1, 3}) {
    auto data = rddOf<Value>(test::makeEngine(), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, partitions);
    for (const auto& [element, index] : data.zipWithIndex().collect()) EXPECT_EQ(element, Value(index));
    int partition = 0;
    for (const auto& part : test::partitionsOf(data.zipWithUniqueId())) {
      std::int64_t id = partition++;
      for (const auto& record : part) EXPECT_EQ(record.second, std::exchange(id, id + partitions));
    }
  }
}

TEST(RddOperators, H18) {
  auto data = rddOf<Pair>(test::Shape{}, {{1, 1}, {1, 2}, {1, 3}, {1, 1}, {2, 1}});
  EXPECT_EQ(inOrder(data.reduceByKey(kPlus).collect()), Value(expectOf("H18")));
  EXPECT_EQ(inOrder(data.foldByKey(Value(0), kPlus).collect()), Value(expectOf("H18")));
}

TEST(RddOperators, H19) {
  auto groups = [](const std::vector<Pair>& pairs) {
    return inOrder(rddOf<Pair>(test::Shape{}, pairs).groupByKey().mapValues(mapFunction("sorted")).collect());
  };
  const Value ones(Value::List{1, 1, 2, 3}), twos(Value::List{1});
  EXPECT_EQ(groups({{1, 1}, {1, 2}, {1, 3}, {1, 1}, {2, 1}}), Value(std::vector<Pair>{{1, ones}, {2, twos}}));
  EXPECT_EQ(groups({{-1, 1}, {-1, 2}, {-1, 3}, {-1, 1}, {2, 1}}),
            Value(std::vector<Pair>{{-1, ones}, {2, twos}}));
}

/// Sets are lists in order, without equal elements.
TEST(RddOperators, H20) {
  auto data = rddOf<Pair>(test::Shape{}, {{1, 1}, {1, 1}, {3, 2}, {5, 1}, {5, 3}});
  auto united = [](const Value::List& more, const Value& set) -> Value {
    std::set<Value> all(set.list().begin(), set.list().end());
    all.insert(more.begin(), more.end());
    return Value::List(all.begin(), all.end());
  };
  const Fold add = [=](const Value& set, const Value& x) { return united({x}, set); };
  const Fold merge = [=](const Value& set, const Value& more) { return united(more.list(), set); };
  const Value one(Value::List{1}), two(Value::List{2}), oneAndThree(Value::List{1, 3});
  EXPECT_EQ(inOrder(data.aggregateByKey(Value(Value::List()), add, merge).collect()),
            Value(std::vector<Pair>{{1, one}, {3, two}, {5, oneAndThree}}));
}

TEST(RddOperators, H21) {
  const Json& expect = expectOf("H21");
  for (const test::Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    auto a = rddOf<Pair>(engine, {{1, 1}, {1, 2}, {2, 1}, {3, 1}}, shape.partitions);
    auto b = rddOf<Pair>(engine, {{1, "x"}, {2, "y"}, {2, "z"}, {4, "w"}}, shape.partitions);
    const Value both(expect.at("join"));
    auto with = [&](const char* name) {
      Value::List all = both.list();
      for (const auto& record : expect.at(name).as_array()) all.emplace_back(record);
      return inOrder(all);
    };
    EXPECT_EQ(inOrder(a.join(b).collect()), inOrder(both.list()));
    EXPECT_EQ(inOrder(a.leftOuterJoin(b).collect()), with("left adds"));
    EXPECT_EQ(inOrder(a.rightOuterJoin(b).collect()), with("right adds"));
    EXPECT_EQ(inOrder(a.fullOuterJoin(b).collect()), with("full adds"));
  }
}

TEST(RddOperators, H22) {
  auto engine = test::makeEngine();
  auto a = rddOf<Pair>(engine, {{1, 1}, {1, 2}, {1, 3}}, 2);
  auto b = rddOf<Pair>(engine, {{1, "x"}, {1, "y"}}, 2);
  EXPECT_EQ(inOrder(a.join(b).values().collect()),
            Value(std::vector<Pair>{{1, "x"}, {1, "y"}, {2, "x"}, {2, "y"}, {3, "x"}, {3, "y"}}));
  EXPECT_EQ(a.join(b.map([](const Pair& kv) { return Pair(kPlus(kv.first, 1), kv.second); })).count(), 0);
}

TEST(RddOperators, H23) {
  const Json& expect = expectOf("H23");
  auto engine = test::makeEngine();
  auto a = rddOf<Pair>(engine, {{1, 1}, {1, 2}, {2, 1}, {3, 1}}, 2);
  auto b = rddOf<Pair>(engine, {{1, "x"}, {2, "y"}, {2, "z"}, {4, "w"}}, 2);
  auto c = rddOf<Pair>(engine, {{1, "a"}, {3, "b"}, {4, "c"}, {4, "d"}}, 2);
  auto d = rddOf<Pair>(engine, {{2, "@"}}, 2);
  EXPECT_EQ(inOrder(a.groupWith(b).collect()), Value(expect.at("2")));
  EXPECT_EQ(inOrder(a.groupWith(b, c).collect()), Value(expect.at("3 (third: (1,a)(3,b)(4,c)(4,d))")));
  EXPECT_EQ(inOrder(a.groupWith(b, c, d).collect()), Value(expect.at("4 (fourth: (2,@))")));
}

TEST(RddOperators, H24) {
  auto engine = test::makeEngine();
  auto left = rddOf<Value>(engine, {1, 2, 3}, 2).subtract(rddOf<Value>(engine, {2, 3, 4}, 4));
  EXPECT_EQ(left.collect(), Value::List{1});
  EXPECT_EQ(left.getNumPartitions(), 2);
  auto pairs = rddOf<Pair>(engine, {{1, "a"}, {1, "a"}, {2, "b"}, {3, "c"}}, 2);
  EXPECT_EQ(pairs.subtractByKey(rddOf<Pair>(engine, {{2, 20}, {3, 30}, {4, 40}}, 4)).collect(),
            (std::vector<Pair>{{1, "a"}, {1, "a"}}));
}

TEST(RddOperators, H25) {
  auto data = rddOf<Pair>(test::Shape{}, {{1, 2}, {3, 4}, {5, 6}, {5, 7}});
  for (const auto& row : rowsOf("H25")) {
    const Value key(row.at(0)), values(row.at(1));
    EXPECT_EQ(Value(data.lookup(key)), values);
    EXPECT_EQ(Value(data.groupByKey(3).flatMapValues([](const Value::List& all) { return all; }).lookup(key)),
              values);
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
  auto grouped = [&](int partitions) { return pairs.groupByKey(partitions).mapValues(mapFunction("same")); };
  auto hash2 = grouped(2), hash4 = grouped(4);
  EXPECT_EQ(pairs.groupByKey(2).groupByKey().partitioner(), HashPartitioner(2));
  EXPECT_FALSE(hash2.map([](const auto& kv) { return kv; }).partitioner().has_value());
  EXPECT_EQ(hash2.partitioner(), HashPartitioner(2));
  EXPECT_EQ(hash2.flatMapValues(itself).partitioner(), HashPartitioner(2));
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
            (Value::List{0, 1, 2, 3}));
  std::vector<Pair> pairs;
  for (int i = 1; i <= 1000; ++i) pairs.emplace_back((i * 389) % 1000 + 1, i);
  auto data = rddOf<Pair>(engine, pairs, 2);
  for (bool ascending : {true, false}) {
    auto parts = test::partitionsOf(data.sortByKey(ascending, 4));
    ASSERT_EQ(parts.size(), 4u);
    Value::List all;
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
  auto two = rddOf<Value>(engine, {1, 2, 3, 4}, 2);
  auto three = rddOf<Value>(engine, {"a", "b", "c", "d", "e", "f"}, 2);
  auto one = rddOf<Value>(engine, {1, 2}, 2);
  auto sizes = [](auto& x, auto& y, auto& z) {
    auto size = [](auto& records) {
      int count = 0;
      for ([[maybe_unused]] const auto& record : records) ++count;
      return count;
    };
    return Value::List{size(x), size(y), size(z)};
  };
  EXPECT_EQ(two.zipPartitions(three, one, sizes).collect(), (Value::List{2, 3, 1, 2, 3, 1}));
}

TEST(RddOperators, H36) {
  auto data = rddOf<Value>(test::makeEngine(), from1To(4), 2);
  EXPECT_EQ(Value(data.pipe("cat").collect()), Value(rowsOf("H36")[0].at(1)));
  EXPECT_EQ(Value(data.pipe("wc -l").collect()), Value(rowsOf("H36")[1].at(1)));
  PipeOptions<Value> options;
  options.printPipeContext = [](const LineWriter& write) {
    write("0");
    write("\x01");
  };
  options.printRDDElement = [](const Value& x, const LineWriter& write) { write(textOf(x).text() + "_"); };
  EXPECT_EQ(Value(data.pipe("cat", options).collect()), Value(rowsOf("H36")[2].at(1)));
  EXPECT_EQ(rddOf<Value>(test::makeEngine(), {}, 2).pipe("wc -l").count(), 2);
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
