// expect: ElementFn
#include <millrace/rdd/ops.hpp>

#include <string>

#ifdef MISTAKE
using Record = int;
#else
using Record = std::string;
#endif

auto lengths(const millrace::RDD<Record>& records) {
  return records.map([](const std::string& text) { return text.size(); });
}
