// expect: Predicate
#include <millrace/rdd/ops.hpp>

#include <string>

auto odd(const millrace::RDD<int>& numbers) {
#ifdef MISTAKE
  return numbers.filter([](int number) { return std::to_string(number); });
#else
  return numbers.filter([](int number) { return number % 2; });
#endif
}
