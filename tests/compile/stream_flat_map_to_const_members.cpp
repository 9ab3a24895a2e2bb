// expect: a record has no const member
#include <millrace/dstream/ops.hpp>

#include <string>
#include <utility>
#include <vector>

struct Person {
#ifdef MISTAKE
  const std::string name;
#else
  std::string name;
#endif
};

auto grouped(const millrace::DStream<std::string>& names) {
  return names
      .flatMap([](const std::string& name) {
        return std::vector<std::pair<int, Person>>{{1, {name}}};
      })
      .groupByKey()
      .window(millrace::Seconds(30));
}
