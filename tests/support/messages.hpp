#pragma once

#include <string>

namespace millrace::test {

/// What the exception says that a call throws, which has to be an E.
template <class E, class Call>
std::string messageOf(Call call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing of this kind was thrown";
}

}  // namespace millrace::test
