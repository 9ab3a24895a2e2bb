// expect: SameKey
#include <millrace/dstream/ops.hpp>

#include <string>
#include <utility>

#ifdef MISTAKE
using Right = std::pair<int, double>;
#else
using Right = std::pair<std::string, double>;
#endif

auto joined(const millrace::DStream<std::pair<std::string, int>>& left,
            const millrace::DStream<Right>& right) {
  return left.join(right);
}
