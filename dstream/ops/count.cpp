#include <millrace/dstream/ops/count.hpp>

namespace millrace::core {

void CountRecords::give(Held&& count, PooledVector<Result>& results) { results.push_back(count); }

}  // namespace millrace::core
