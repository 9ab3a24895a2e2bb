// expect: Reducer
#include <millrace/dstream/ops.hpp>

#include <string>
#include <utility>

auto counts(const millrace::DStream<std::pair<std::string, int>>& records) {
#ifdef MISTAKE
  return records.reduceByKey([](int a) { return a; });
#else
  return records.reduceByKey([](int a, int b) { return a + b; });
#endif
}
