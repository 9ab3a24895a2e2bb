#include <millrace/io/read_pacer.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace millrace::core {
namespace {

using std::chrono::microseconds;

struct Read {
  std::int64_t afterUs;
  std::size_t bytes;
};

std::vector<bool> naps(const std::vector<Read>& reads) {
  ReadPacer pacer;
  ReadPacer::TimePoint now{std::chrono::hours(1)};
  std::vector<bool> taken;
  for (const Read& read : reads) {
    now += microseconds(read.afterUs);
    taken.push_back(pacer.shouldNap(read.bytes, now));
  }
  return taken;
}

constexpr std::int64_t kNap = ReadPacer::kNap.count();

TEST(ReadPacer, WhatComesRarelyIsAwaitedAtTheSocket) {
  EXPECT_EQ(naps({{0, 60}, {kNap, 60}, {100, 60}, {1000, 60}}), std::vector<bool>(4, false));
}

TEST(ReadPacer, WhatComesDenselyIsAwaitedByNapsUntilOneFindsNothing) {
  EXPECT_EQ(naps({{0, 60}, {kNap - 1, 60}, {40, 200}, {40, 200}, {40, 0}, {100, 60}}),
            (std::vector<bool>{false, true, true, true, false, false}));
}

TEST(ReadPacer, ALargeReadIsFollowedByAnotherAtOnce) {
  EXPECT_EQ(naps({{0, 60}, {1, 60}, {1, ReadPacer::kMuch}, {1, ReadPacer::kMuch}, {1, 60}}),
            (std::vector<bool>{false, true, false, false, true}));
}

}  // namespace
}  // namespace millrace::core
