// expect: TransformFn
#include <millrace/dstream/ops.hpp>

#ifdef MISTAKE
auto changed(const millrace::RDD<int>& rdd) { return rdd.count(); }
#else
auto changed(const millrace::RDD<int>& rdd) { return rdd.distinct(); }
#endif

auto transformed(const millrace::DStream<int>& numbers) { return numbers.transform(changed); }
