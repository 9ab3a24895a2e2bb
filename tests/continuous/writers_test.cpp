#include <millrace/dstream/output/foreach.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include "contexts/observed.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Strings = std::vector<std::string>;

/// What writers did, by partition: "open 0", "5", "close"; the epoch is in "open".
class Notes {
 public:
  void add(int partition, const std::string& what) const {
    std::lock_guard lock(state_->mutex);
    auto& all = state_->all;
    all.resize(std::max(all.size(), static_cast<std::size_t>(partition) + 1));
    all[static_cast<std::size_t>(partition)].push_back(what);
  }
  std::vector<Strings> all() const {
    std::lock_guard lock(state_->mutex);
    return state_->all;
  }
  Action shows(std::vector<Strings> expected, Here where = Here::current()) const {
    return then([notes = *this, expected] { EXPECT_EQ(notes.all(), expected); }, where);
  }

 private:
  struct State {
    std::mutex mutex;
    std::vector<Strings> all;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

struct Noting {
  Notes notes;
  int opens = 1;  // every so manieth epoch
  int partition = -1;

  bool open(int number, std::int64_t epoch) {
    partition = number;
    notes.add(partition, "open " + std::to_string(epoch));
    return epoch % opens == 0;
  }
  void process(int x) {
    if (x == 13) throw std::runtime_error("thirteen is refused");
    notes.add(partition, std::to_string(x));
  }
  void close(std::exception_ptr failure) {
    notes.add(partition, failure ? "closed with " + core::describeException(failure) : "close");
  }
};

TEST(Writers, AreOpenedAndClosedPerPartitionAndEpoch) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    Notes notes;
    auto numbers = running.input<int>(2);
    numbers.stream.map([](int x) { return 10 * x; }).foreach (Noting{notes});
    running.play({start(), addData(numbers, {1, 2, 3}), closeBatch(),
                  notes.shows({{"open 0", "10", "close"}, {"open 0", "20", "30", "close"}}), closeBatch(),
                  addData(numbers, {4}), closeBatch(),
                  notes.shows({{"open 0", "10", "close", "open 1", "close", "open 2", "close"},
                               {"open 0", "20", "30", "close", "open 1", "close", "open 2", "40", "close"}}),
                  stop()});
  });
}

TEST(Writers, ThatOpenWithFalseGetNothing) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    Notes notes;
    auto numbers = running.input<int>(1);
    numbers.stream.foreach (Noting{notes, 2});
    running.play({start(), addData(numbers, {1}), closeBatch(), addData(numbers, {2}), closeBatch(),
                  addData(numbers, {3}), closeBatch(),
                  notes.shows({{"open 0", "1", "close", "open 1", "close", "open 2", "3", "close"}}),
                  stop()});
  });
}

TEST(Writers, MayBePlainFunctions) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    Notes notes;
    auto numbers = running.input<int>();
    numbers.stream.foreach ([notes](int x) { notes.add(0, std::to_string(x)); });
    running.play({start(), addData(numbers, {7}), closeBatch(), notes.shows({{"7"}}), stop()});
  });
}

TEST(Writers, BelowAWindowGetWhatItHolds) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    Notes notes;
    auto numbers = running.input<int>(1);
    numbers.stream.window(Seconds(2), Seconds(2)).foreach (Noting{notes});
    running.play({start(), addData(numbers, {1}), closeBatch(), notes.shows({}), addData(numbers, {2}),
                  closeBatch(), notes.shows({{"open 1", "1", "close"}, {"open 1", "2", "close"}}), stop()});
  });
}

TEST(Writers, InAContinuousRunGetRecordsAsTheyArrive) {
  StreamTest running({.mode = StreamingMode::kContinuous});
  Notes notes;
  auto numbers = running.receiver<int>();
  numbers.stream.filter([](int x) { return x > 1; }).foreach (Noting{notes});
  running.play({start(), addData(numbers, {1, 2}), notes.shows({{"open 0", "2"}}), addData(numbers, {3}),
                notes.shows({{"open 0", "2", "3"}}), closeBatch(),
                notes.shows({{"open 0", "2", "3", "close"}}), addData(numbers, {4}),
                notes.shows({{"open 0", "2", "3", "close", "open 1", "4"}}), stop()});
}

TEST(Writers, ThatThrowAreClosedWithItAndLaterEpochsGoOn) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    Notes notes;
    auto numbers = running.input<int>(1);
    numbers.stream.foreach (Noting{notes});
    running.play({start(), addData(numbers, {12, 13, 14}), closeBatch(),
                  fails("batch 1000 ms, foreach #1: foreach #1 failed in partition 0: thirteen is refused"),
                  notes.shows({{"open 0", "12", "closed with thirteen is refused"}}), addData(numbers, {15}),
                  closeBatch(),
                  notes.shows({{"open 0", "12", "closed with thirteen is refused", "open 1", "15", "close"}}),
                  stop()});
  });
}

TEST(Writers, AreClosedWithWhatAStepThrows) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    Notes notes;
    auto numbers = running.input<int>(1);
    numbers.stream
        .map([](int x) {
          if (x == 2) throw std::runtime_error("two is refused");
          return x;
        })
        .foreach (Noting{notes});
    std::string output =
        options.mode == StreamingMode::kMicroBatch ? "foreach #2" : "the continuous run has ended";
    running.play({start(), addData(numbers, {1}), closeBatch(), addData(numbers, {2}), closeBatch(),
                  fails("batch 2000 ms, " + output + ": map #1 failed in partition 0: two is refused")});
    ASSERT_EQ(notes.all()[0].size(), 5U);
    EXPECT_EQ(notes.all()[0][3], "open 1");
    EXPECT_EQ(notes.all()[0][4].substr(0, 12), "closed with ");
  });
}

}  // namespace
}  // namespace millrace
