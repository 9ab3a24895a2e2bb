// expect: a key needs an equality and a hash
#include <millrace/rdd/ops.hpp>

#include <utility>

struct Key {
  int a;
  bool operator==(const Key&) const = default;
};
#ifndef MISTAKE
template <>
struct millrace::Hash<Key> {
  std::uint64_t operator()(const Key& key) const { return Hash<int>()(key.a); }
};
#endif

auto counts(const millrace::RDD<int>& numbers) {
  return numbers.map([](int number) { return std::pair(Key{number}, 1); }).groupByKey().collect();
}
