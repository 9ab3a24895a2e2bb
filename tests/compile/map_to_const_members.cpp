// expect: a record has no const member
#include <millrace/rdd/ops.hpp>

#include <string>

struct Person {
#ifdef MISTAKE
  const std::string name;
#else
  std::string name;
#endif
};

auto sorted(const millrace::RDD<std::string>& names) {
  return names.map([](const std::string& name) { return Person{name}; })
      .sortBy([](const Person& person) { return person.name; })
      .collect();
}
