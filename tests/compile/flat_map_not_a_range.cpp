// expect: FlatMapFn
#include <millrace/rdd/ops.hpp>

#include <vector>

auto twice(const millrace::RDD<int>& numbers) {
#ifdef MISTAKE
  return numbers.flatMap([](int number) { return number; });
#else
  return numbers.flatMap([](int number) { return std::vector{number, number}; });
#endif
}
