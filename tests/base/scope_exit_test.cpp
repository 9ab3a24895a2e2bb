#include <millrace/base/scope_exit.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace millrace::core {
namespace {

TEST(ScopeExit, ItsFunctionIsCalledAtTheEndOfTheScope) {
  std::string happened;
  {
    ScopeExit last([&] { happened += 'c'; });
    ScopeExit first([&] { happened += 'b'; });
    happened += 'a';
  }
  EXPECT_EQ(happened, "abc");
}

TEST(ScopeExit, ItsFunctionIsCalledWhenSomethingThrows) {
  bool raised = true;
  auto work = [&] {
    ScopeExit lower([&] { raised = false; });
    throw std::runtime_error("stuck");
  };
  EXPECT_THROW(work(), std::runtime_error);
  EXPECT_FALSE(raised);
}

}  // namespace
}  // namespace millrace::core
