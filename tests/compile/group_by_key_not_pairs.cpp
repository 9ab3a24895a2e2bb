// expect: PairLike
#include <millrace/rdd/ops.hpp>

#include <utility>

#ifdef MISTAKE
using Record = int;
#else
using Record = std::pair<int, int>;
#endif

auto grouped(const millrace::RDD<Record>& records) { return records.groupByKey(3); }
