// expect: TransformFn
#include <millrace/dstream/ops.hpp>

auto transformed(const millrace::DStream<int>& numbers) {
  return numbers.transform([](const millrace::RDD<int>& rdd) {
#ifdef MISTAKE
    return rdd.count();
#else
    return rdd.distinct();
#endif
  });
}
