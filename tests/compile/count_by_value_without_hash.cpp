// expect: specialise millrace::Hash for the key
#include <millrace/rdd/ops.hpp>

struct Place {
  int x, y;
  bool operator==(const Place&) const = default;
};

#ifndef MISTAKE
template <>
struct millrace::Hash<Place> {
  std::uint64_t operator()(const Place& place) const { return static_cast<std::uint64_t>(place.x ^ place.y); }
};
#endif

auto count(const millrace::RDD<Place>& places) { return places.countByValue(); }
