// expect: one that takes a V off again
#include <millrace/dstream/ops.hpp>

#include <functional>
#include <string>
#include <utility>

auto recent(const millrace::DStream<std::pair<std::string, int>>& pairs) {
#ifdef MISTAKE
  auto inverse = [](int sum) { return -sum; };
#else
  auto inverse = std::minus<>{};
#endif
  return pairs.reduceByKeyAndWindow(std::plus<>{}, inverse, millrace::Seconds(30)).count();
}
