// expect: PairLike
#include <millrace/dstream/ops.hpp>

#include <string>
#include <utility>

#ifdef MISTAKE
using Record = std::string;
#else
using Record = std::pair<std::string, int>;
#endif

auto counts(const millrace::DStream<Record>& records) {
  return records.reduceByKeyAndWindow([](int a, int b) { return a + b; }, millrace::Seconds(2));
}
