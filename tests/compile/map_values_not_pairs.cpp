// expect: PairLike
#include <millrace/rdd/ops.hpp>

#include <utility>

#ifdef MISTAKE
using Record = int;
#else
using Record = std::pair<int, int>;
#endif

auto mapped(const millrace::RDD<Record>& records) {
  return records.mapValues([](int x) { return x + 1; });
}
