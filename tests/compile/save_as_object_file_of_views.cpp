// expect: use std::string \(a container, a value\) in its place
#include <millrace/rdd/ops.hpp>

#include <string>
#include <string_view>

struct Visit {
#ifdef MISTAKE
  std::string_view user;
#else
  std::string user;
#endif
  int pages;
};

void save(const millrace::RDD<Visit>& visits) { visits.saveAsObjectFile("visits"); }
