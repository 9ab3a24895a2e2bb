#include <millrace/base/mutex.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace millrace::core {
namespace {

using std::chrono::steady_clock;

struct Turns {
  Mutex mutex;
  ConditionVariable changed;
  int turn MILLRACE_GUARDED_BY(mutex) = 0;

  void take(int number) {
    MutexLock lock(mutex);
    while (turn != number) changed.wait(lock);
    turn = number + 1;
    changed.notifyAll();
  }
};

TEST(Mutex, WhoWaitsLetsOthersIn) {
  Turns turns;
  std::jthread other([&] {
    turns.take(0);
    turns.take(2);
  });
  turns.take(1);
  turns.take(3);
}

TEST(Mutex, AnUnlockedLockLetsOthersIn) {
  Turns turns;
  MutexLock lock(turns.mutex);
  lock.unlock();
  std::thread([&] { turns.take(0); }).join();
  lock.lock();
  EXPECT_EQ(turns.turn, 1);
}

TEST(Mutex, AWaitEndsAtItsDeadline) {
  Turns turns;
  MutexLock lock(turns.mutex);
  while (turns.changed.waitUntil(lock, steady_clock::time_point::min())) continue;
  EXPECT_EQ(turns.turn, 0);
}

TEST(Mutex, AWaitWithADeadlineIsNotified) {
  Turns turns;
  MutexLock lock(turns.mutex);
  std::jthread other([&] { turns.take(0); });
  while (turns.turn != 1 && turns.changed.waitUntil(lock, steady_clock::time_point::max())) continue;
  EXPECT_EQ(turns.turn, 1);
}

}  // namespace
}  // namespace millrace::core
