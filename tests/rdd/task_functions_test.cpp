#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/task_functions.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::TaskFunctions;
using IntPair = std::pair<int, int>;
using RddCase = std::function<void(TaskFunctions&, const RDD<int>&, const RDD<IntPair>&)>;
using RddCases = std::map<std::string, RddCase>;

/// Calls the copy, then adds: a function for everything that folds.
auto addingTo(TaskFunctions::Copy copy) {
  return [copy](int a, int b) {
    copy();
    return a + b;
  };
}

auto lessOf(TaskFunctions::Copy copy) {
  return [copy](int a, int b) {
    copy();
    return a < b;
  };
}

auto negating(TaskFunctions::Copy copy) {
  return [copy](int x) {
    copy();
    return -x;
  };
}

auto twice(TaskFunctions::Copy copy) {
  return [copy](int x) {
    copy();
    return std::vector<int>{x, x};
  };
}

std::vector<int> allOf(auto& records) {
  std::vector<int> all;
  for (int x : records) all.push_back(x);
  return all;
}

const RddCases& numberCases() {
  static const RddCases cases{
      {"map(function)", [](auto& f, const auto& numbers,
                           const auto&) { numbers.map(negating(f.copyFor("function"))).count(); }},
      {"flatMap(function)", [](auto& f, const auto& numbers,
                               const auto&) { numbers.flatMap(twice(f.copyFor("function"))).count(); }},
      {"filter(predicate)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers
             .filter([copy = f.copyFor("predicate")](int x) {
               copy();
               return x % 2 == 0;
             })
             .count();
       }},
      {"collect(function)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers
             .collect([copy = f.copyFor("function")](int x) {
               copy();
               return x % 2 == 0 ? std::optional<int>(x) : std::nullopt;
             })
             .count();
       }},
      {"mapPartitions(function, preservesPartitioning)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers
             .mapPartitions([copy = f.copyFor("function")](auto& records) {
               copy();
               return allOf(records);
             })
             .count();
       }},
      {"mapPartitionsWithIndex(function, preservesPartitioning)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers
             .mapPartitionsWithIndex([copy = f.copyFor("function")](int, auto& records) {
               copy();
               return allOf(records);
             })
             .count();
       }},
      {"keyBy(function)", [](auto& f, const auto& numbers,
                             const auto&) { numbers.keyBy(negating(f.copyFor("function"))).count(); }},
      {"groupBy(function, partitions)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers.groupBy(negating(f.copyFor("function"))).count();
       }},
      {"sortBy(function, ascending, partitions)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers.sortBy(negating(f.copyFor("function"))).count();
       }},
      {"zipPartitions(a, function, preservesPartitioning)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers
             .zipPartitions(numbers,
                            [copy = f.copyFor("function")](auto& a, auto&) {
                              copy();
                              return allOf(a);
                            })
             .count();
       }},
      {"zipPartitions(a, b, function, preservesPartitioning)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers
             .zipPartitions(numbers, numbers,
                            [copy = f.copyFor("function")](auto& a, auto&, auto&) {
                              copy();
                              return allOf(a);
                            })
             .count();
       }},
      {"zipPartitions(a, b, c, function, preservesPartitioning)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers
             .zipPartitions(numbers, numbers, numbers,
                            [copy = f.copyFor("function")](auto& a, auto&, auto&, auto&) {
                              copy();
                              return allOf(a);
                            })
             .count();
       }},
      {"pipe(command, options)",
       [](auto& f, const auto& numbers, const auto&) {
         PipeOptions<int> options;
         options.printPipeContext = [copy = f.copyFor("options")](const LineWriter& write) {
           copy();
           write("begin");
         };
         options.printRDDElement = [copy = f.copyFor("options")](int x, const LineWriter& write) {
           copy();
           write(std::to_string(x));
         };
         numbers.pipe("cat", options).count();
       }},
      {"reduce(function)",
       [](auto& f, const auto& numbers, const auto&) { numbers.reduce(addingTo(f.copyFor("function"))); }},
      {"treeReduce(function, depth)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers.treeReduce(addingTo(f.copyFor("function")));
       }},
      {"fold(zero, function)",
       [](auto& f, const auto& numbers, const auto&) { numbers.fold(0, addingTo(f.copyFor("function"))); }},
      {"aggregate(zero, seqOp, combOp)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers.aggregate(0, addingTo(f.copyFor("seqOp")), addingTo(f.driverCopyFor("combOp")));
       }},
      {"treeAggregate(zero, seqOp, combOp, depth)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers.treeAggregate(0, addingTo(f.copyFor("seqOp")), addingTo(f.copyFor("combOp")));
       }},
      {"max(less)",
       [](auto& f, const auto& numbers, const auto&) { numbers.max(lessOf(f.copyFor("less"))); }},
      {"min(less)",
       [](auto& f, const auto& numbers, const auto&) { numbers.min(lessOf(f.copyFor("less"))); }},
      {"top(n, less)",
       [](auto& f, const auto& numbers, const auto&) { numbers.top(2, lessOf(f.copyFor("less"))); }},
      {"takeOrdered(n, less)",
       [](auto& f, const auto& numbers, const auto&) { numbers.takeOrdered(2, lessOf(f.copyFor("less"))); }},
      {"foreach(function)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers.foreach ([copy = f.copyFor("function")](int) { copy(); });
       }},
      {"foreachPartition(function)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers.foreachPartition([copy = f.copyFor("function")](auto&) { copy(); });
       }},
      {"foreachAsync(function)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers.foreachAsync([copy = f.copyFor("function")](int) { copy(); }).get();
       }},
      {"foreachPartitionAsync(function)",
       [](auto& f, const auto& numbers, const auto&) {
         numbers.foreachPartitionAsync([copy = f.copyFor("function")](auto&) { copy(); }).get();
       }},
  };
  return cases;
}

const RddCases& pairCases() {
  static const RddCases cases{
      {"mapValues(function)",
       [](auto& f, const auto&, const auto& pairs) {
         pairs.mapValues(negating(f.copyFor("function"))).count();
       }},
      {"flatMapValues(function)",
       [](auto& f, const auto&, const auto& pairs) {
         pairs.flatMapValues(twice(f.copyFor("function"))).count();
       }},
      {"reduceByKey(function, partitions)",
       [](auto& f, const auto&, const auto& pairs) {
         pairs.reduceByKey(addingTo(f.copyFor("function"))).count();
       }},
      {"foldByKey(zero, function, partitions)",
       [](auto& f, const auto&, const auto& pairs) {
         pairs.foldByKey(0, addingTo(f.copyFor("function"))).count();
       }},
      {"aggregateByKey(zero, mergeValue, mergeCombiners, partitions)",
       [](auto& f, const auto&, const auto& pairs) {
         pairs.aggregateByKey(0, addingTo(f.copyFor("mergeValue")), addingTo(f.copyFor("mergeCombiners")))
             .count();
       }},
      {"combineByKey(create, mergeValue, mergeCombiners, partitions)",
       [](auto& f, const auto&, const auto& pairs) {
         pairs
             .combineByKey(negating(f.copyFor("create")), addingTo(f.copyFor("mergeValue")),
                           addingTo(f.copyFor("mergeCombiners")))
             .count();
       }},
      {"reduceByKeyLocally(function)",
       [](auto& f, const auto&, const auto& pairs) {
         pairs.reduceByKeyLocally(addingTo(f.copyFor("function")));
       }},
  };
  return cases;
}

/// Every operator of the header that takes functions has a case, which gives functions for just these parameters.
void expectOwnCopies(const std::string& header, const RddCases& cases) {
  const auto declared = test::operatorsWithFunctions(header);
  EXPECT_GE(declared.size(), 7u) << header;
  for (const auto& [signature, run] : cases)
    EXPECT_TRUE(declared.contains(signature)) << signature << " has a case but is not in " << header;
  std::vector<int> records(64);
  std::iota(records.begin(), records.end(), 1);
  std::vector<IntPair> pairs;
  for (int x : records) pairs.emplace_back(x % 3, x);
  const auto engine = test::makeEngine(test::Shape{.partitions = 16, .threads = 4, .chunkSize = 3});
  for (const auto& [signature, parameters] : declared) {
    SCOPED_TRACE(signature);
    const auto given = cases.find(signature);
    if (given == cases.end()) {
      ADD_FAILURE() << "takes a function, but no case here shows that each task gets a copy";
      continue;
    }
    TaskFunctions functions;
    given->second(functions, test::rddOf<int>(engine, records, 16), test::rddOf<IntPair>(engine, pairs, 16));
    EXPECT_EQ(functions.faults(), std::set<std::string>());
    EXPECT_EQ(functions.parameters(), parameters);
  }
}

TEST(FunctionsOfRdds, AreCopiedForEachTask) { expectOwnCopies("rdd/rdd.hpp", numberCases()); }
TEST(FunctionsOfPairRdds, AreCopiedForEachTask) { expectOwnCopies("rdd/pair_rdd.hpp", pairCases()); }

}  // namespace
}  // namespace millrace
