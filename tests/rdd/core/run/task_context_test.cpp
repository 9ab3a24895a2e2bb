#include <millrace/rdd/core/run/task_context.hpp>

#include <gtest/gtest.h>

namespace millrace::core {
namespace {

TEST(TaskContext, IsThereInsideATaskOnly) {
  EXPECT_EQ(TaskContext::get(), nullptr);
  EXPECT_EQ(TaskContext::getPartitionId(), 0);
  {
    TaskContext::Scope outer(3);
    EXPECT_EQ(TaskContext::get()->partitionId(), 3);
    {
      TaskContext::Scope inner(5);
      EXPECT_EQ(TaskContext::getPartitionId(), 5);
    }
    EXPECT_EQ(TaskContext::getPartitionId(), 3);
  }
  EXPECT_EQ(TaskContext::get(), nullptr);
}

}  // namespace
}  // namespace millrace::core
