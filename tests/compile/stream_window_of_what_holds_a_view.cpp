// expect: ViewMember<Line, millrace::core::SomeView, 1>.*hold a std::string
#include <millrace/dstream/ops.hpp>

#include <string>
#include <string_view>

struct Text {
#ifdef MISTAKE
  std::string_view pieces[2];
#else
  std::string pieces[2];
#endif
};
struct Line : Text {
  int size;
};

auto window(const millrace::DStream<std::string>& lines) {
  return lines
      .map([](const std::string& text) {
        return Line{{{text, text}}, static_cast<int>(text.size())};
      })
      .window(millrace::Seconds(2));
}
