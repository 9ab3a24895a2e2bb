#include <millrace/base/unlocked.hpp>

#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>

namespace millrace::core {
namespace {

TEST(Unlocked, TheLockIsFreeInItsScopeAndHeldAgainAfterwards) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  {
    Unlocked unlocked(lock);
    EXPECT_TRUE(std::unique_lock(mutex, std::try_to_lock).owns_lock());
  }
  EXPECT_TRUE(lock.owns_lock());
}

TEST(Unlocked, TheLockIsHeldAgainWhenSomethingThrows) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  auto work = [&] {
    Unlocked unlocked(lock);
    throw std::runtime_error("stuck");
  };
  EXPECT_THROW(work(), std::runtime_error);
  EXPECT_TRUE(lock.owns_lock());
}

}  // namespace
}  // namespace millrace::core
