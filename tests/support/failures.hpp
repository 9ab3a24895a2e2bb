#pragma once

#include <gtest/gtest.h>

#include <string>

namespace millrace::test {

/// What `call` throws as a Failure; other exceptions pass, none fails the test.
template <class Failure, class Call>
std::string failureOf(Call call) {
  try {
    call();
  } catch (const Failure& failure) {
    return failure.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace millrace::test
