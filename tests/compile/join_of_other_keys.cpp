// expect: SameKey
#include <millrace/rdd/ops.hpp>

#include <string>
#include <utility>

#ifdef MISTAKE
using Key = std::string;
#else
using Key = int;
#endif

auto joined(const millrace::RDD<std::pair<int, int>>& records,
            const millrace::RDD<std::pair<Key, int>>& others) {
  return records.join(others);
}
