#include <millrace/base/file_system.hpp>
#include <millrace/rdd/core/memory/memory_budget.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/faulty_file_system.hpp"
#include "support/scratch_directory.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

/// A key and a value of several fields.
struct Place {
  int x = 0;
  std::string name;
  friend auto operator<=>(const Place&, const Place&) = default;
};
template <>
struct Hash<Place> {
  std::uint64_t operator()(const Place& place) const {
    return core::hashCombine(Hash<int>{}(place.x), Hash<std::string>{}(place.name));
  }
};

namespace {

using test::Shape;
using Random = std::mt19937_64;

int upTo(Random& random, int most) { return std::uniform_int_distribution<int>(0, most)(random); }

std::string textOf(int number) {
  return number % 3 == 0 ? "a text longer than fits into a key " + std::to_string(number)
                         : std::to_string(number);
}

template <class T>
T make(int number) {
  if constexpr (std::is_arithmetic_v<T>) {
    return static_cast<T>(number - 20);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return textOf(number);
  } else {
    return {number % 5, textOf(number)};
  }
}

/// In whatever order values are added, the result is the same.
template <class V>
V add(V a, const V& b) {
  if constexpr (std::is_arithmetic_v<V>) {
    return a + b;
  } else {
    return std::max(std::move(a), b);
  }
}
/// Tells the order of the values.
template <class V>
V chain(V a, const V& b) {
  if constexpr (std::is_floating_point_v<V>) {
    return a / 2 + b;
  } else if constexpr (std::is_integral_v<V>) {
    return static_cast<V>(static_cast<std::uint64_t>(a) * 31 + static_cast<std::uint64_t>(b));
  } else if constexpr (std::is_same_v<V, std::string>) {
    std::string both = a + "," + b;
    return both.size() > 60 ? both.substr(both.size() - 60) : both;
  } else {
    return {a.x * 3 + b.x, chain(a.name, b.name)};
  }
}

template <class K, class V>
class ProgramRun {
 public:
  using P = std::pair<K, V>;

  ProgramRun(core::EnginePtr engine, std::uint64_t seed) : engine_(std::move(engine)), random_(seed) {}

  RDD<P> run() {
    RDD<P> rdd = input();
    for (int left = 1 + upTo(random_, 2); left > 0; --left) rdd = step(rdd);
    return rdd;
  }
  /// Whether the order in the partitions is known, and, if not, whether which partition a record is in is known.
  bool isOrdered() const { return isOrdered_; }
  bool isScattered() const { return isScattered_; }
  /// The numbers of its steps, each with how many partitions it makes.
  const std::string& steps() const { return steps_; }

 private:
  RDD<P> input() {
    const int records = upTo(random_, 400), keys = 30 + upTo(random_, 300);
    std::vector<P> made;
    for (int i = 0; i < records; ++i)
      made.emplace_back(make<K>(upTo(random_, keys)), make<V>(upTo(random_, 1000)));
    const int partitions = upTo(random_, 9) == 0 ? 40 : 1 + upTo(random_, 4);
    if constexpr (std::is_same_v<P, std::pair<std::string, std::string>>) {
      using Views = std::pair<std::string_view, std::string_view>;
      return test::rddOf<Views>(engine_, made, partitions).repartition(partitions);
    }
    return test::rddOf<P>(engine_, made, partitions);
  }

  RDD<P> hashed(RDD<P> rdd) {
    isOrdered_ = false;
    return rdd;
  }
  RDD<P> exchanged(RDD<P> rdd) {
    isScattered_ = isScattered_ || !isOrdered_;
    return rdd;
  }
  auto folding() {
    return [ordered = isOrdered_](const std::vector<V>& values) {
      V all = make<V>(7);
      for (const V& value : values) all = ordered ? chain(all, value) : add(all, value);
      return all;
    };
  }
  static V orElse(const std::optional<V>& value) { return value ? *value : make<V>(3); }

  RDD<P> step(const RDD<P>& rdd) {
    const int outputs = 1 + upTo(random_, 3);
    const auto plus = [](const V& a, const V& b) { return add(a, b); };
    const int kind = upTo(random_, 16);
    steps_ += " " + std::to_string(kind) + "/" + std::to_string(outputs);
    switch (kind) {
      case 0:
        return hashed(rdd.reduceByKey(plus, outputs));
      case 1: {
        auto fold = folding();
        return hashed(rdd.groupByKey(outputs).mapValues(fold));
      }
      case 2: {
        const bool ordered = isOrdered_;
        return hashed(rdd.combineByKey([](const V& value) { return std::vector<V>{value}; },
                                       [](std::vector<V> all, const V& value) {
                                         all.push_back(value);
                                         return all;
                                       },
                                       [](std::vector<V> all, std::vector<V> more) {
                                         all.insert(all.end(), more.begin(), more.end());
                                         return all;
                                       },
                                       outputs)
                          .mapValues([ordered](const std::vector<V>& values) {
                            V all = make<V>(7);
                            for (const V& value : values) all = ordered ? chain(all, value) : add(all, value);
                            return all;
                          }));
      }
      case 3:
        return hashed(rdd.aggregateByKey(V(), plus, plus, outputs));
      case 4:
        return hashed(rdd.distinct(outputs));
      case 5:
        return exchanged(rdd.sortByKey(upTo(random_, 1) == 0, outputs));
      case 6:
        return exchanged(
            rdd.sortBy([](const P& record) { return record.second; }, upTo(random_, 1) == 0, outputs));
      case 7:
        return exchanged(rdd.repartition(outputs));
      case 8:
        return rdd.partitionBy(HashPartitioner(outputs));
      case 9: {
        auto other = input().reduceByKey(plus, outputs);
        return hashed(rdd.join(other, outputs).mapValues([](const std::pair<V, V>& both) {
          return add(both.first, both.second);
        }));
      }
      case 10: {
        auto other = input().reduceByKey(plus, 1 + upTo(random_, 3));
        return hashed(rdd.leftOuterJoin(other, outputs).mapValues([](const auto& both) {
          return add(both.first, orElse(both.second));
        }));
      }
      case 11: {
        auto other = input().reduceByKey(plus, outputs);
        return hashed(other.rightOuterJoin(rdd, outputs).mapValues([](const auto& both) {
          return add(orElse(both.first), both.second);
        }));
      }
      case 12: {
        auto other = input().distinct(outputs);
        return hashed(other.fullOuterJoin(rdd, outputs).mapValues([](const auto& both) {
          return add(orElse(both.first), orElse(both.second));
        }));
      }
      case 13: {
        auto fold = folding();
        auto other = input();
        return hashed(rdd.cogroup(other, input(), outputs).mapValues([fold](const auto& groups) {
          auto [a, b, c] = groups;
          return add(fold(a), add(fold(b), fold(c)));
        }));
      }
      case 14:
        return hashed(rdd.subtractByKey(input(), outputs));
      case 15:
        return hashed(rdd.intersection(rdd.union_(input()), outputs));
      default:
        return hashed(rdd.subtract(input(), outputs));
    }
  }

  const core::EnginePtr engine_;
  Random random_;
  bool isOrdered_ = true, isScattered_ = false;
  std::string steps_;
};

template <class P>
struct Result {
  std::vector<std::vector<P>> parts;
  std::string steps;
};

template <class K, class V>
Result<std::pair<K, V>> resultOf(const core::EnginePtr& engine, std::uint64_t seed) {
  ProgramRun<K, V> program(engine, seed);
  Result<std::pair<K, V>> result{test::partitionsOf(program.run()), program.steps()};
  if (program.isOrdered()) return result;
  if (program.isScattered()) {
    for (std::size_t p = 1; p < result.parts.size(); ++p)
      std::ranges::move(result.parts[p], std::back_inserter(result.parts[0]));
    result.parts.resize(1);
  }
  for (auto& part : result.parts) std::ranges::sort(part);
  return result;
}

/// An engine whose budget others have used up, so that its tasks have their share of it only.
struct TightEngine {
  TightEngine(const Shape& shape, const std::string& directory) {
    engine = std::make_shared<core::Engine>(
        shape.threads == 1 ? core::inlineJobRunner() : core::poolJobRunner(shape.threads), shape.partitions,
        std::shared_ptr<FileSystem>(std::shared_ptr<void>(), &faulty), shape.chunkSize);
    engine->setMemoryLimit(kLimit);
    engine->setLocalDirectory(directory);
    engine->memory().take(kLimit);
  }

  static constexpr std::size_t kLimit = std::size_t{256} << 10;
  LocalFileSystem local;
  test::FaultyFileSystem faulty{local};
  core::EnginePtr engine;
};

template <class K, class V>
bool givesTheSame(const Shape& shape, const std::string& directory, std::uint64_t seed) {
  const auto expected = resultOf<K, V>(test::makeEngine(shape), seed);
  TightEngine tight(shape, directory);
  EXPECT_TRUE((resultOf<K, V>(tight.engine, seed).parts == expected.parts)) << "steps" << expected.steps;
  EXPECT_EQ(tight.engine->memory().used(), TightEngine::kLimit) << "memory is taken and not given back";
  return tight.faulty.calls() > 0;
}

TEST(SpilledPrograms, GiveTheSameAsInMemory) {
  const test::Seed seed;
  const test::ScratchDirectory scratch;
  Random random(seed);
  int spilled = 0;
  for (int i = 0; i < 300 && !testing::Test::HasFailure(); ++i) {
    const Shape shape{
        .partitions = 1 + upTo(random, 3),
        .threads = std::vector<int>{1, 1, 2, 4}[static_cast<std::size_t>(upTo(random, 3))],
        .chunkSize = std::vector<std::size_t>{1, 7, 64}[static_cast<std::size_t>(upTo(random, 2))]};
    const std::uint64_t program = random();
    SCOPED_TRACE("program " + std::to_string(i) + ", " + shape.describe());
    spilled += i % 2 == 0 ? givesTheSame<double, Place>(shape, scratch.path(), program)
                          : givesTheSame<std::string, std::string>(shape, scratch.path(), program);
    EXPECT_TRUE(scratch.list().empty()) << "files are left behind";
  }
  EXPECT_GT(spilled, 150);
}

}  // namespace
}  // namespace millrace
