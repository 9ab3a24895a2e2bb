#include <millrace/base/split.hpp>

#include <millrace/base/error.hpp>

namespace millrace::core {

void throwPastTheEnd(std::string_view text, char delimiter) {
  const Split<std::string_view> pieces(text, delimiter);
  const auto count = std::distance(pieces.begin(), pieces.end());
  std::string reason("\"");
  reason.append(shorten(text)).append("\" has only ").append(std::to_string(count));
  reason.append(" piece(s) split at '").append(shorten({&delimiter, 1})).append("'");
  if (text.ends_with(delimiter)) reason += "; empty ones at its end do not count";
  throw BadRecord(reason);
}

}  // namespace millrace::core
