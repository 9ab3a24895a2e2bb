#include <millrace/rdd/core/records/buffer.hpp>

#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace millrace::core {
namespace {

using test::Counted;

TEST(Buffer, FillsAndEmpties) {
  const long before = Counted::live();
  {
    Buffer<Counted> buffer(3);
    EXPECT_EQ(buffer.capacity(), 3u);
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(buffer.full());
        buffer.add([&] { return Counted(i); });
      }
      EXPECT_TRUE(buffer.full());
      EXPECT_EQ(Counted::live(), before + 3);
      auto chunk = buffer.chunk();
      EXPECT_TRUE(chunk.movable);
      EXPECT_EQ(chunk.size, 3u);
      EXPECT_EQ(chunk.data[2].value, 2);
      buffer.clear();
      EXPECT_EQ(Counted::live(), before);
    }
    buffer.add([] { return Counted(1); });
  }
  EXPECT_EQ(Counted::live(), before);
}

TEST(Buffer, GrowsOnReset) {
  Buffer<std::string> buffer(0);
  EXPECT_TRUE(buffer.full());
  buffer.reset(5);
  EXPECT_GE(buffer.capacity(), 5u);
  buffer.add([] { return std::string(100, 'x'); });
  buffer.reset(2);
  EXPECT_EQ(buffer.size(), 0u);
  EXPECT_GE(buffer.capacity(), 5u) << "it never shrinks";
}

TEST(Buffer, IsFullOfAChunksBytes) {
  Buffer<std::string> buffer(kChunkSize);
  buffer.add([] { return std::string(kChunkBytes / 2, 'x'); });
  EXPECT_FALSE(buffer.full());
  buffer.add([] { return std::string(kChunkBytes / 2, 'x'); });
  EXPECT_TRUE(buffer.full());
  buffer.clear();
  EXPECT_FALSE(buffer.full());
  struct Large {
    char bytes[kChunkBytes / 2] = {};
  };
  EXPECT_EQ(Buffer<Large>(kChunkSize).capacity(), 2U);
}

TEST(Buffer, HoldsWhatWasMadeBeforeAFailure) {
  const long before = Counted::live();
  {
    Buffer<Counted> buffer(3);
    buffer.add([] { return Counted(1); });
    EXPECT_THROW(buffer.add([]() -> Counted { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_EQ(buffer.size(), 1u);
  }
  EXPECT_EQ(Counted::live(), before);
}

TEST(Buffer, TakesWhatCannotBeCopiedOrMoved) {
  struct Fixed {
    explicit Fixed(int v) : value(v) {}
    Fixed(const Fixed&) = delete;
    int value;
  };
  Buffer<Fixed> buffer(1);
  buffer.add([] { return Fixed(7); });
  EXPECT_EQ(buffer.data()->value, 7);
}

}  // namespace
}  // namespace millrace::core
