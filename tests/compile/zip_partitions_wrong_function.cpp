// expect: each an auto&
#include <millrace/rdd/ops.hpp>

#include <vector>

auto zipped(const millrace::RDD<int>& a, const millrace::RDD<int>& b, const millrace::RDD<int>& c) {
#ifdef MISTAKE
  auto first = [](int x, int y, int z) { return x + y + z; };
#else
  auto first = [](auto& x, auto& y, auto&) {
    std::vector<int> all;
    for (int record : x) all.push_back(record);
    for (int record : y) all.push_back(record);
    return all;
  };
#endif
  return a.zipPartitions(b, c, first, true);
}
