#include <millrace/rdd/ops/persist.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;
using Strings = std::vector<std::string>;

TEST(Persist, OwnsTheTextItKeeps) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto asked = std::make_shared<std::atomic<int>>(0);
    auto words = rddOf<std::string>(shape, {"one", "a text beyond the inline size", "three"})
                     .map([asked](const std::string& text) {
                       ++*asked;
                       return text + "!";
                     })
                     .flatMap([](const std::string& text) {
                       return std::vector<std::string_view>{text, "static"};
                     })
                     .cache();
    const Strings expected{"one!", "static", "a text beyond the inline size!", "static", "three!", "static"};
    EXPECT_EQ(words.collect(), expected);
    EXPECT_EQ(words.collect(), expected);
    EXPECT_EQ(words.map([](std::string_view word) { return word; }).collect(), expected);
    EXPECT_EQ(words.filter([](const std::string& word) { return word != "static"; }).count(), 3);
    EXPECT_EQ(*asked, 3);
  }
}

TEST(Persist, IsSeenByAllHandles) {
  auto rdd = rddOf<int>(Shape{}, {1, 2});
  auto other = rdd;
  EXPECT_EQ(rdd.cache().getStorageLevel(), StorageLevel::MEMORY_ONLY);
  EXPECT_EQ(other.getStorageLevel(), StorageLevel::MEMORY_ONLY);
  other.unpersist();
  EXPECT_EQ(rdd.getStorageLevel(), StorageLevel::NONE);
}

TEST(Persist, WithoutALevelKeepsNothing) {
  auto rdd = rddOf<int>(Shape{}, {1, 2}).persist(StorageLevel::NONE);
  EXPECT_EQ(rdd.getStorageLevel(), StorageLevel::NONE);
  EXPECT_EQ(rdd.persist(StorageLevel::MEMORY_ONLY).getStorageLevel(), StorageLevel::MEMORY_ONLY);
}

TEST(Persist, DoesNotHandOutItsRecordsToBeMoved) {
  auto texts = rddOf<int>(Shape{}, {1, 2})
                   .map([](int x) { return std::string(40, static_cast<char>('a' + x)); })
                   .cache();
  const auto once = texts.collect();
  EXPECT_EQ(texts.collect(), once);
  EXPECT_EQ(texts.take(2), once);
}

}  // namespace
}  // namespace millrace
