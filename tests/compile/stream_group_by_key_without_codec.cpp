// expect: ShuffledRecord<std::pair<int, Visit>.*specialise millrace::Codec
#include <millrace/dstream/ops.hpp>

#include <memory>

struct Visit {
#ifdef MISTAKE
  std::shared_ptr<int> pages;
#else
  int pages;
#endif
};

auto grouped(const millrace::DStream<std::pair<int, Visit>>& visits) { return visits.groupByKey(); }
