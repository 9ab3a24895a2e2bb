// expect: MapFn
#include <millrace/rdd/ops.hpp>

auto doubled(const millrace::RDD<int>& numbers) {
#ifdef MISTAKE
  return numbers.map([](int number) { number *= 2; });
#else
  return numbers.map([](int number) { return number * 2; });
#endif
}
