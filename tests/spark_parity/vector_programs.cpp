#include "spark_parity/expect_program.hpp"
#include "spark_parity/runners.hpp"

#include <string>

namespace millrace::parity {

namespace {

/// The program of a vector, in the words of program.hpp; and how it fails, where it is to fail.
struct VectorProgram {
  const char* id;
  const char* words;
  std::string failure = {};
};

/// How an operator fails in a batch for which its source, the first stream of the program, makes no RDD.
std::string withoutAnRdd(const std::string& operatorName, const std::string& time) {
  return "batch " + time + ", making its jobs: " + operatorName +
         " could not generate an RDD from its parent Test stream #0 at time " + time +
         ": a source that has no data has to give an empty RDD";
}

const VectorProgram kPrograms[] = {
    {"A01", "in | map text"},
    {"A02", "in | flatMap andDouble"},
    {"A03", "in | filter even"},
    {"A04", "in | glom"},
    {"A05", "in | mapPartitions sum"},
    {"A08", "in | mapToPair one | groupByKey"},
    {"A09", "in | mapToPair one | reduceByKey +"},
    {"A10", "in | reduce +"},
    {"A11", "in | count"},
    {"A12", "in | countByValue"},
    {"A13", "in | mapToPair one | reduceByKey + | mapValues +10"},
    {"A14", "in | mapToPair one | reduceByKey + | flatMapValues and+10"},
    {"A15", "in | union (in | map +4)"},
    {"A16", "in | union (in | map +4)", withoutAnRdd("union #2", "4000 ms")},
    {"A18", "in | transform map text"},
    {"A19", "in | transform null",
     "batch 1000 ms, making its jobs: the function of transform #1 gave the null RDD at time 1000 ms: it "
     "must not return "
     "null, give an empty RDD instead"},
    {"A20", "in | transform same", withoutAnRdd("transform #1", "3000 ms")},
    {"A21", "in | mapToPair one | transformWith join (in2 | mapToPair x)"},
    {"A22", "in | transformWith union (in2)", withoutAnRdd("transformWith #2", "4000 ms")},
    {"A24", "in | transformAll union (in | map +4) (in | map +8)", withoutAnRdd("transform #3", "4000 ms")},
    {"A25", "in | mapToPair one | cogroup (in2 | mapToPair x)"},
    {"A26", "in | mapToPair one | join (in2 | mapToPair x)"},
    {"A27", "in | mapToPair one | leftOuterJoin (in2 | mapToPair x)"},
    {"A29", "in | mapToPair one | fullOuterJoin (in2 | mapToPair x)"},
    {"A30", "in | mapToPair one | updateStateByKey sum"},
    {"A31", "in | mapToPair one | updateStateByKey sum 2 initial 2"},
    {"A32", "in | mapToPair one | updateStateByKeyAtTime addTimes 2 rememberPartitioner"},
    {"A34", "in | mapToPair one | updateStateByKey countUntilIdle | mapValues first"},
    {"B01", "in | window window_ms slide_ms"},
    {"B02", "in | window window_ms slide_ms"},
    {"B04", "in | window window_ms slide_ms"},
    {"B06", "pairs | reduceByKeyAndWindow window_ms slide_ms +"},
    {"B07", "pairs | reduceByKeyAndWindow window_ms slide_ms +"},
    {"B09", "pairs | reduceByKeyAndWindow window_ms slide_ms +"},
    {"B10", "pairs | reduceByKeyAndWindow window_ms slide_ms +"},
    {"B11", "pairs | reduceByKeyAndWindow window_ms slide_ms +"},
    {"B12", "pairs | reduceByKeyAndWindow window_ms slide_ms + -"},
    {"B13", "pairs | reduceByKeyAndWindow window_ms slide_ms + -"},
    {"B14", "pairs | reduceByKeyAndWindow window_ms slide_ms + -"},
    {"B15", "pairs | reduceByKeyAndWindow window_ms slide_ms + -"},
    {"B17", "pairs | reduceByKeyAndWindow window_ms slide_ms + -"},
    {"B18", "pairs | reduceByKeyAndWindow window_ms slide_ms + - nonzero 2"},
    {"B19", "pairs | groupByKeyAndWindow window_ms slide_ms | mapValues sorted"},
    {"B20", "in | countByWindow window_ms slide_ms"},
    {"B21", "in | countByValueAndWindow window_ms slide_ms"},
    {"C02", "in | mapToPair one | mapWithState sum"},
    {"C03", "in | mapToPair one | mapWithStateAtTime keyTwice"},
    {"C05", "in | mapToPair one | mapWithStateAtTime keyAndSum"},
    {"C06", "in | mapToPair one | mapWithStateAtTime nothing initial 2"},
    {"G01", "in | count"},
    {"G02", "in | window 2000"},
    {"G03", "in | window 4000 2000"},
    {"G04", "in | reduceByWindow 2000 1000 +"},
    {"G04", "in | reduceByWindow 2000 1000 + -"},
    {"G06", "in | transform map +2"},
    {"G08", "in | flatMap characters"},
    {"G09", "in 1 | mapPartitions shouted"},
    {"G11", "in | union (in2)"},
    {"G12", "pairs | reduceByKey +"},
    {"G13", "pairs | combineByKey same + + 2"},
    {"G14", "pairs | groupByKeyAndWindow 2000 1000 | mapValues sorted"},
    {"G15", "pairs | reduceByKeyAndWindow 2000 1000 +"},
    {"G17", "pairs | updateStateByKey sum"},
    {"G18", "pairs | updateStateByKey sum 1 initial 2"},
    {"G19", "in | countByValue"},
    {"G20", "in | countByValueAndWindow 2000 1000"},
    {"G21", "pairs | transform sortByKey"},
    {"P01", "in | window 1500 500 | count"},
    {"P02", "in | countByWindow 1500 500"},
    {"P03", "in | countByWindow 2500 500"},
    {"P05", "pairs | groupByKeyAndWindow 1500 500"},
    {"P08", "pairs | cogroup (pairs2)"},
    {"P09", "pairs | combineByKey text appendText + 2"},
    {"P10", "in | countByValue"},
    {"P12", "in | union (in2)"},
    {"P14", "pairs | updateStateByKey append"},
};

}  // namespace

Runners programRunners() {
  Runners runners;
  for (const auto& [id, words, failure] : kPrograms) {
    if (failure.empty()) {
      runners.emplace(id, [words](const auto& row) { expectProgram(row, words); });
    } else {
      runners.emplace(id, [words, failure](const auto& row) { expectFailure(row, words, failure); });
    }
  }
  return runners;
}

}  // namespace millrace::parity
