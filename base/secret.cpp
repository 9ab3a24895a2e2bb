#include <millrace/base/secret.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace millrace {

namespace {

bool containsIgnoringCase(std::string_view text, std::string_view lowerCaseWord) {
  const auto sameLetter = [](unsigned char a, char b) { return std::tolower(a) == b; };
  return !std::ranges::search(text, lowerCaseWord, sameLetter).empty();
}

bool looksSecret(std::string_view text) {
  constexpr std::array<std::string_view, 9> kWords{"secret",     "password",   "passwd",
                                                   "token",      "credential", "access.key",
                                                   "access_key", "access-key", "accesskey"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return containsIgnoringCase(text, word); });
}

// scheme://user:password@host
bool hasUserInfo(std::string_view text) {
  const std::size_t authority = text.find("://");
  return authority != std::string_view::npos && text.find('@', authority) != std::string_view::npos;
}

}  // namespace

std::string redact(std::string_view name, std::string_view value) {
  if (looksSecret(name) || looksSecret(value) || hasUserInfo(value)) return "*********(redacted)";
  return std::string(value);
}

}  // namespace millrace
