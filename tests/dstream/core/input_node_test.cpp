#include <millrace/dstream/core/input_node.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

namespace millrace::core {
namespace {

using test::StreamTest;

TEST(InputNode, IsNumberedInTheOrderOfConstruction) {
  StreamTest running;
  auto first = running.source<int>({});
  auto second = running.source<int>({});
  EXPECT_EQ(static_cast<const InputNode&>(*first.node()).inputId(), 0);
  EXPECT_EQ(static_cast<const InputNode&>(*second.node()).inputId(), 1);
  EXPECT_EQ(static_cast<const InputNode&>(*second.node()).inputName(), "Test stream [1]");
  EXPECT_EQ(first.slideDuration(), Seconds(1));
}

}  // namespace
}  // namespace millrace::core
