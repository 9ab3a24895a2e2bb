// expect: OrderedKey
#include <millrace/rdd/ops.hpp>

struct Place {
  int x, y;
#ifndef MISTAKE
  bool operator<(const Place& other) const { return x < other.x; }
#endif
};

auto sorted(const millrace::RDD<int>& records) {
  return records.sortBy([](int x) { return Place{x, x}; });
}
