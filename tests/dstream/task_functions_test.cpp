#include "support/task_functions.hpp"
#include "support/script.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using IntPair = std::pair<int, int>;

/// What a case works on: streams of four batches with records in them, then of empty ones.
struct CaseStreams {
  TaskFunctions& functions;
  DStream<int> numbers;
  DStream<IntPair> pairs;

  auto copyFor(const std::string& parameter) const { return functions.copyFor(parameter); }
  auto folding(const std::string& parameter) const {
    return [copy = copyFor(parameter)](int a, int b) {
      copy();
      return a + b;
    };
  }
  auto takingOff(const std::string& parameter) const {
    return [copy = copyFor(parameter)](int a, int b) {
      copy();
      return a - b;
    };
  }
  auto mapping(const std::string& parameter) const {
    return [copy = copyFor(parameter)](int x) {
      copy();
      return -x;
    };
  }
  auto expanding(const std::string& parameter) const {
    return [copy = copyFor(parameter)](int x) {
      copy();
      return std::vector<int>{x, x};
    };
  }
};

template <class T>
void read(const DStream<T>& stream) {
  stream.foreachRDD([](const RDD<T>& rdd) { rdd.count(); });
}

struct WatchingWriter {
  TaskFunctions::Copy copy;
  bool open(int, std::int64_t) {
    copy();
    return true;
  }
  void process(int) { copy(); }
  void close(const std::exception_ptr&) { copy(); }
};

using StreamCases = std::map<std::string, std::function<void(const CaseStreams&)>>;

const StreamCases& numberStreamCases() {
  static const StreamCases cases{
      {"map(function)", [](const CaseStreams& on) { read(on.numbers.map(on.mapping("function"))); }},
      {"flatMap(function)",
       [](const CaseStreams& on) { read(on.numbers.flatMap(on.expanding("function"))); }},
      {"filter(predicate)",
       [](const CaseStreams& on) {
         read(on.numbers.filter([copy = on.copyFor("predicate")](int x) {
           copy();
           return x % 2 == 0;
         }));
       }},
      {"mapPartitions(function, preservesPartitioning)",
       [](const CaseStreams& on) {
         read(on.numbers.mapPartitions([copy = on.copyFor("function")](auto& records) {
           copy();
           int sum = 0;
           for (int x : records) sum += x;
           return std::vector<int>{sum};
         }));
       }},
      {"reduce(function)", [](const CaseStreams& on) { read(on.numbers.reduce(on.folding("function"))); }},
      {"reduceByWindow(function, windowDuration, slideDuration)",
       [](const CaseStreams& on) {
         read(on.numbers.reduceByWindow(on.folding("function"), Seconds(3), Seconds(1)));
         read(on.numbers.reduceByWindow(on.folding("function"), Seconds(1), Seconds(2)));
       }},
      {"reduceByWindow(function, inverse, windowDuration, slideDuration)",
       [](const CaseStreams& on) {
         read(on.numbers.reduceByWindow(on.folding("function"), on.takingOff("inverse"), Seconds(2),
                                        Seconds(1)));
       }},
      {"transform(function)",
       [](const CaseStreams& on) {
         read(on.numbers.transform(
             [function = on.mapping("function")](const RDD<int>& rdd) { return rdd.map(function); }));
       }},
      {"transformWith(other, function)",
       [](const CaseStreams& on) {
         read(on.numbers.transformWith(
             on.pairs, [function = on.mapping("function")](const RDD<int>& rdd, const RDD<IntPair>&) {
               return rdd.map(function);
             }));
       }},
      {"foreachRDD(function)",
       [](const CaseStreams& on) {
         on.numbers.foreachRDD(
             [function = on.mapping("function")](const RDD<int>& rdd) { rdd.map(function).count(); });
       }},
      {"foreach(writer)",
       [](const CaseStreams& on) {
         on.numbers.foreach (WatchingWriter{on.copyFor("writer")});
         on.numbers.foreach ([copy = on.copyFor("writer")](int) { copy(); });
       }},
  };
  return cases;
}

const StreamCases& pairStreamCases() {
  static const StreamCases cases{
      {"mapValues(function)",
       [](const CaseStreams& on) { read(on.pairs.mapValues(on.mapping("function"))); }},
      {"flatMapValues(function)",
       [](const CaseStreams& on) { read(on.pairs.flatMapValues(on.expanding("function"))); }},
      {"reduceByKey(function, partitions)",
       [](const CaseStreams& on) { read(on.pairs.reduceByKey(on.folding("function"))); }},
      {"combineByKey(create, mergeValue, mergeCombiners, partitions, mapSideCombine)",
       [](const CaseStreams& on) {
         for (bool mapSide : {true, false})
           read(on.pairs.combineByKey(on.mapping("create"), on.folding("mergeValue"),
                                      on.folding("mergeCombiners"), 3, mapSide));
       }},
      {"reduceByKeyAndWindow(function, windowDuration, slideDuration, partitions)",
       [](const CaseStreams& on) {
         for (int slide : {1, 2, 4})
           read(on.pairs.reduceByKeyAndWindow(on.folding("function"), Seconds(2), Seconds(slide)));
       }},
      {"reduceByKeyAndWindow(function, inverse, windowDuration, slideDuration, partitions, filter)",
       [](const CaseStreams& on) {
         for (int slide : {1, 3})
           read(on.pairs.reduceByKeyAndWindow(on.folding("function"), on.takingOff("inverse"), Seconds(2),
                                              Seconds(slide), {},
                                              [copy = on.copyFor("filter")](const IntPair&) {
                                                copy();
                                                return true;
                                              }));
       }},
      {"updateStateByKey(function, partitions, initial)",
       [](const CaseStreams& on) {
         read(on.pairs.updateStateByKey(
             [copy = on.copyFor("function")](std::span<const int> values, std::optional<int> old) {
               copy();
               return std::optional<int>(old.value_or(0) + static_cast<int>(values.size()));
             }));
         read(on.pairs.updateStateByKey([copy = on.copyFor("function")](Time, int,
                                                                        const std::vector<int>& values,
                                                                        std::optional<int> old) {
           copy();
           return std::optional<int>(old.value_or(0) + static_cast<int>(values.size()));
         }));
       }},
      {"updateStateByKey(function, partitions, rememberPartitioner, initial)",
       [](const CaseStreams& on) {
         for (bool remember : {true, false})
           read(on.pairs.updateStateByKey<int>(
               [copy = on.copyFor("function")](auto& entries) {
                 copy();
                 std::vector<IntPair> updated;
                 for (auto& entry : entries) updated.emplace_back(entry.key, entry.state.value_or(0) + 1);
                 return updated;
               },
               3, remember));
       }},
      {"mapWithState(spec)",
       [](const CaseStreams& on) {
         auto keepLast = [copy = on.copyFor("spec")](int key, std::optional<int> value, State<int>& state) {
           copy();
           if (value) state.update(*value);
           return key;
         };
         auto mapped = on.pairs.mapWithState(StateSpec::function(keepLast).timeout(Seconds(1)));
         mapped.checkpoint(Seconds(2));
         read(mapped);
         auto timed = [copy = on.copyFor("spec")](Time, int key, std::optional<int>, State<int>& state) {
           copy();
           if (!state.isTimingOut()) state.update(1);
           return std::optional<int>(key);
         };
         read(on.pairs.mapWithState(StateSpec::function(timed)).map(on.mapping("spec")));
       }},
  };
  return cases;
}

void runCase(const std::function<void(const CaseStreams&)>& make, TaskFunctions& functions,
             const StreamOptions& options) {
  std::vector<int> records(64);
  std::iota(records.begin(), records.end(), 1);
  std::vector<IntPair> pairs;
  for (int x : records) pairs.emplace_back(x % 7, x);
  StreamTest run(options);
  make(CaseStreams{functions, run.source<int>(batches(std::vector(4, records))),
                   run.source<IntPair>(batches(std::vector(4, pairs)))});
  run.start();
  for (int batch = 0; batch < 8; ++batch) {
    run.advance();
    functions.nextRound();
  }
  run.stop();
}

/// Every operator of the header that takes functions has a case, which gives functions for just these parameters.
void expectOwnCopiesInStreams(const std::string& header, const StreamCases& cases) {
  const auto declared = operatorsWithFunctions(header);
  EXPECT_GE(declared.size(), 9u) << header;
  for (const auto& [signature, make] : cases)
    EXPECT_TRUE(declared.contains(signature)) << signature << " has a case but is not in " << header;
  for (const auto& [signature, parameters] : declared) {
    const auto given = cases.find(signature);
    if (given == cases.end()) {
      ADD_FAILURE() << signature << " takes a function, but no case here shows that each task gets a copy";
      continue;
    }
    for (const StreamingMode mode : kModes) {
      SCOPED_TRACE(signature + (mode == StreamingMode::kContinuous ? ", continuous" : ", micro-batch"));
      TaskFunctions functions;
      runCase(given->second, functions,
              {.shape = {.partitions = 5, .threads = 4, .chunkSize = 3}, .mode = mode});
      EXPECT_EQ(functions.faults(), std::set<std::string>());
      EXPECT_EQ(functions.parameters(), parameters);
    }
  }
}

TEST(FunctionsOfStreams, AreCopiedForEachTask) {
  expectOwnCopiesInStreams("dstream/dstream.hpp", numberStreamCases());
}
TEST(FunctionsOfPairStreams, AreCopiedForEachTask) {
  expectOwnCopiesInStreams("dstream/pair_dstream.hpp", pairStreamCases());
}

/// What a function of mapWithState keeps in a member lasts for a partition's epoch, whose records come block by block.
TEST(FunctionsOfPairStreams, KeepTheirMembersForOneEpoch) {
  StreamTest run({.shape = {.partitions = 1}, .mode = StreamingMode::kContinuous});
  auto input = run.receiver<IntPair>();
  auto numbering = [n = 0](int, std::optional<int>, State<int>&) mutable { return ++n; };
  auto numbered = run.collect(input.stream.mapWithState(StateSpec::function(numbering).numPartitions(1)));
  run.play({start(), addData(input, {{1, 1}}), addData(input, {{2, 2}}), closeBatch(),
            expect(numbered, {1, 2}), addData(input, {{3, 3}}), closeBatch(), expect(numbered, {1}), stop()});
}

}  // namespace
}  // namespace millrace
