// expect: folds two records into one
#include <millrace/dstream/ops.hpp>

auto sums(const millrace::DStream<int>& numbers) {
#ifdef MISTAKE
  auto add = [](int x) { return x; };
#else
  auto add = [](int x, int y) { return x + y; };
#endif
  return numbers.reduceByWindow(add, millrace::Seconds(30), millrace::Seconds(10)).count();
}
