#pragma once

#include <millrace/base/mutex.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <unordered_map>

namespace millrace::core {

/// How much memory an engine may use for what it stores, and who uses it. Whoever needs memory takes it first; where there
/// is no room, what was not used for the longest time is asked to go. Whoever gets none writes to the disk, or does
/// without. Thread-safe.
class MemoryBudget {
 public:
  /// Stored data that can go.
  class Holder {
   public:
    virtual ~Holder() = default;
    /// Called without any lock: frees its memory and calls release(), unless somebody uses it.
    virtual void evict() = 0;
  };

  explicit MemoryBudget(std::size_t limit) : limit_(limit) {}

  /// Takes so many bytes. False, and nothing taken, if there is no room even when all holders went that are of another
  /// group: data of one group must not push each other out in turn.
  bool tryTake(std::size_t bytes, const void* group = nullptr);
  /// Takes them whether or not there is room: for what is there already.
  void take(std::size_t bytes);
  /// The same, but where there is no room holders go first, if that makes room.
  void takeAtAnyRate(std::size_t bytes);
  void giveBack(std::size_t bytes);

  /// Bytes that were taken are the holder's from now on; it is the one used last.
  void hold(const std::shared_ptr<Holder>& holder, std::size_t bytes, const void* group);
  /// The holder is used now.
  void touch(const Holder& holder);
  /// Gives back what the holder has. Does nothing for one that has nothing.
  void release(const Holder& holder);

  std::size_t limit() const { return limit_; }
  std::size_t used() const;

 private:
  struct Held {
    const Holder* key;
    std::weak_ptr<Holder> holder;
    std::size_t bytes;
    const void* group;
  };
  std::size_t evictable(const void* group) const MILLRACE_REQUIRES(mutex_);
  std::shared_ptr<Holder> nextVictim(const void* group) MILLRACE_REQUIRES(mutex_);

  const std::size_t limit_;
  mutable Mutex mutex_;
  std::size_t used_ MILLRACE_GUARDED_BY(mutex_) = 0;
  std::list<Held> held_ MILLRACE_GUARDED_BY(mutex_);  // the one used last is at the end
  std::unordered_map<const Holder*, std::list<Held>::iterator> places_ MILLRACE_GUARDED_BY(mutex_);
};

/// Memory that is taken while something is made, and given back unless it is handed on.
class MemoryClaim {
 public:
  MemoryClaim(MemoryBudget& budget, const void* group) : budget_(budget), group_(group) {}
  ~MemoryClaim() { budget_.giveBack(bytes_); }
  MemoryClaim(const MemoryClaim&) = delete;
  MemoryClaim& operator=(const MemoryClaim&) = delete;

  /// Takes what is missing to so many bytes, and some more where more is likely to be asked for. False if there is no room;
  /// what it has stays.
  bool growTo(std::size_t bytes);
  /// Has exactly so many bytes from now on, whether or not there is room.
  void set(std::size_t bytes);
  std::size_t bytes() const { return bytes_; }
  /// Makes exactly so many bytes the holder's, whether or not there is room.
  void handOver(std::size_t bytes, const std::shared_ptr<MemoryBudget::Holder>& holder);

 private:
  bool tryGrowTo(std::size_t bytes);

  MemoryBudget& budget_;
  const void* const group_;
  std::size_t bytes_ = 0;
};

}  // namespace millrace::core
