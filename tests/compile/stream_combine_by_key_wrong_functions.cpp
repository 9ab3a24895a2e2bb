// expect: C mergeValue\(C, V\)
#include <millrace/dstream/ops.hpp>

#include <string>
#include <utility>

auto combined(const millrace::DStream<std::pair<int, int>>& records) {
  auto join = [](std::string a, const std::string& b) { return a + b; };
#ifdef MISTAKE
  auto add = [](std::string text) { return text; };
#else
  auto add = [](std::string text, int x) { return text + std::to_string(x); };
#endif
  return records.combineByKey([](int x) { return std::to_string(x); }, add, join, 2);
}
