#include <millrace/rdd/core/run/task_failure.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace millrace::core {
namespace {

TEST(TaskFailure, NamesWhatItKnows) {
  auto cause = std::make_exception_ptr(std::runtime_error("broken"));
  EXPECT_STREQ(TaskFailure("map #2", 3, cause).what(), "map #2 failed in partition 3: broken");
  EXPECT_STREQ(TaskFailure("", 3, cause).what(), "a task failed in partition 3: broken");
}

}  // namespace
}  // namespace millrace::core
