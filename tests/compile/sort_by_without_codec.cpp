// expect: ShuffledRecord<std::pair<int, Visit>.*specialise millrace::Codec
#include <millrace/rdd/ops.hpp>

#include <memory>

struct Visit {
  int at;
#ifdef MISTAKE
  std::shared_ptr<int> pages;
#else
  int pages;
#endif
};

auto sorted(const millrace::RDD<Visit>& visits) {
  return visits.sortBy([](const Visit& visit) { return visit.at; });
}
