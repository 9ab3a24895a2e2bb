// expect: specialise millrace::Codec
#include <millrace/rdd/ops.hpp>

#include <memory>

struct Visit {
#ifdef MISTAKE
  std::shared_ptr<int> pages;
#else
  int pages;
#endif
};

void save(const millrace::RDD<Visit>& visits) { visits.saveAsObjectFile("visits"); }
