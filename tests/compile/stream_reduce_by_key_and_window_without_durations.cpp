// expect: Seconds\(30\)
#include <millrace/dstream/ops.hpp>

#include <functional>
#include <string>
#include <utility>

auto recent(const millrace::DStream<std::pair<std::string, int>>& pairs) {
#ifdef MISTAKE
  return pairs.reduceByKeyAndWindow(std::plus<>{}, 30, 10).count();
#else
  return pairs.reduceByKeyAndWindow(std::plus<>{}, millrace::Seconds(30), millrace::Seconds(10)).count();
#endif
}
