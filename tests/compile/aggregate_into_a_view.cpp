// expect: ViewMember<std::basic_string_view<char>, std::basic_string_view<char>, 0>.*hold a std::string
#include <millrace/rdd/ops.hpp>

#include <string>
#include <string_view>

#ifdef MISTAKE
using Longest = std::string_view;
#else
using Longest = std::string;
#endif

Longest longest(const millrace::RDD<std::string>& lines) {
  const auto longer = [](Longest a, std::string_view b) { return a.size() < b.size() ? Longest(b) : a; };
  return lines.aggregate(Longest(), longer, longer);
}
