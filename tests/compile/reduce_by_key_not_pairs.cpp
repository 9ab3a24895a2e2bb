// expect: PairLike
#include <millrace/rdd/ops.hpp>

#include <string>
#include <utility>

#ifdef MISTAKE
using Record = std::string;
#else
using Record = std::pair<std::string, int>;
#endif

auto counts(const millrace::RDD<Record>& records) {
  return records.reduceByKey([](int a, int b) { return a + b; });
}
