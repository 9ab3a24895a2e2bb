// expect: OrderedKey
#include <millrace/rdd/ops.hpp>

#include <utility>

struct Place {
  int x, y;
#ifndef MISTAKE
  bool operator<(const Place& other) const { return x < other.x; }
#endif
};

auto sorted(const millrace::RDD<std::pair<Place, int>>& records) { return records.sortByKey(); }
