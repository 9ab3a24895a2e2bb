#include <millrace/dstream/state/owed_batches.hpp>

#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Sum = std::pair<std::string, int>;
using Sums = DStream<Sum>;
using OwedSums = std::vector<std::vector<Sum>>;

constexpr int kOwedAtMost = core::kMostOwed;

struct Kind {
  std::string name;
  std::function<Sums(const Sums&)> sums;
};

std::optional<int> addOwed(std::span<const int> values, std::optional<int> sum) {
  for (int value : values) sum = sum.value_or(0) + value;
  return sum;
}

int addOne(std::string, std::optional<int> value, State<int>& sum) {
  sum.update(sum.getOption().value_or(0) + value.value_or(0));
  return sum.get();
}

constexpr auto kAddAll = [](auto& entries) {
  std::vector<Sum> sums;
  for (auto& [key, values, sum] : entries) {
    for (int value : values) sum = sum.value_or(0) + value;
    sums.emplace_back(key, *sum);
  }
  return sums;
};

std::vector<Kind> kinds() {
  return {
      {"updateStateByKey #2", [](const Sums& pairs) { return pairs.updateStateByKey(&addOwed, 1); }},
      {"updateStateByKey #2",
       [](const Sums& pairs) { return pairs.updateStateByKey<int>(kAddAll, 1, true); }},
      {"reduceByKeyAndWindow #3",
       [](const Sums& pairs) {
         return pairs.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(1000), Seconds(1), 1);
       }},
      {"mapWithState #2",
       [](const Sums& pairs) {
         return pairs.mapWithState(StateSpec::function(&addOne).numPartitions(1)).stateSnapshots();
       }},
  };
}

/// A sum over batches of one, whose input may be refused.
class OwedBatches {
 public:
  OwedBatches(const StreamOptions& options, const Kind& kind) : running_(options) {
    auto readable = ones_.stream.transform([refused = refused_](const RDD<Sum>& rdd) {
      return rdd.map([refused](const Sum& pair) {
        if (*refused) throw std::runtime_error("refused");
        return pair;
      });
    });
    sums_ = running_.collect(kind.sums(readable));
    running_.start();
  }
  void play(int batches, bool refused = false) {
    *refused_ = refused;
    for (int i = 0; i < batches; ++i) {
      ones_.feed->add({{"a", 1}});
      running_.advance();
    }
  }
  OwedSums sums() const { return sums_.records(); }
  std::string failure() { return running_.awaitFailure(); }

 private:
  StreamTest running_;
  Input<Sum> ones_ = running_.input<Sum>(1);
  std::shared_ptr<std::atomic<bool>> refused_ = std::make_shared<std::atomic<bool>>(false);
  Outputs<Sum> sums_;
};

TEST(OwedBatches, AreMadeUpForOnceTheInputCanBeRead) {
  inBothModes([](const StreamOptions& options) {
    for (const Kind& kind : kinds()) {
      SCOPED_TRACE(kind.name);
      OwedBatches program(options, kind);
      program.play(1);
      program.play(kOwedAtMost, true);
      program.play(1);
      EXPECT_EQ(program.sums(), (OwedSums{{{"a", 1}}, {{"a", kOwedAtMost + 2}}}));
    }
  });
}

TEST(OwedBatches, EndTheStateWhereThereAreTooMany) {
  inBothModes([](const StreamOptions& options) {
    for (const Kind& kind : kinds()) {
      OwedBatches program(options, kind);
      program.play(1);
      program.play(kOwedAtMost + 1, true);
      program.play(2);
      EXPECT_EQ(program.sums(), (OwedSums{{{"a", 1}}}));
      const std::string failure = program.failure();
      EXPECT_NE(failure.find(": " + kind.name +
                             " has ended: its input has failed for 100 batches, and it holds no "
                             "more of them: map failed in partition 0: refused"),
                std::string::npos)
          << failure;
      EXPECT_TRUE(failure.starts_with("batch " + std::to_string((kOwedAtMost + 4) * 1000) + " ms, "))
          << failure;
    }
  });
}

}  // namespace
}  // namespace millrace
