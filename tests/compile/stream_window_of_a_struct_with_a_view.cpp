// expect: ViewMember<Line, std::basic_string_view<char>, 2>.*hold a std::string
#include <millrace/dstream/ops.hpp>

#include <string>
#include <string_view>

struct Line {
  int size;
#ifdef MISTAKE
  std::string_view text;
#else
  std::string text;
#endif
};

auto window(const millrace::DStream<std::string>& lines) {
  return lines.map([](const std::string& text) {
                return Line{static_cast<int>(text.size()), text};
              })
      .window(millrace::Seconds(2));
}
