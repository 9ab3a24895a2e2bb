#include <millrace/base/memory_pool.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/base/poison.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <fstream>
#include <list>
#include <string>

namespace millrace::core {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kPage = 4096;
constexpr int kClasses = 4 * 64;

struct SizeClass {
  int index;
  std::size_t bytes;
};

SizeClass classOf(std::size_t bytes) {
  bytes = std::max(bytes, kPooledBytes);
  int shift = std::bit_width(bytes - 1) - 3;
  std::size_t quarters = ((bytes - 1) >> shift) + 1;
  return {shift * 4 + static_cast<int>(quarters - 5), quarters << shift};
}

std::size_t memoryLimit() {
  std::size_t limit =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::ifstream file("/sys/fs/cgroup/memory.max");
  std::uint64_t group = 0;
  if (file >> group) limit = std::min<std::size_t>(limit, group);
  return limit;
}

/// Keeps what is free by class, the longest idle first. Over the budget, the longest idle of all goes.
class Pool {
 public:
  void* allocate(std::size_t bytes) {
    SizeClass size = classOf(bytes);
    void* memory = takeIdle(size);
    if (memory == nullptr) memory = map(size.bytes);
    poison(memory, size.bytes);
    unpoison(memory, bytes);
    return memory;
  }

  void free(void* memory, std::size_t bytes) noexcept {
    SizeClass size = classOf(bytes);
    poison(memory, size.bytes);
    std::list<Idle> leaving;
    try {
      MutexLock lock(mutex_);
      idle_[static_cast<std::size_t>(size.index)].push_back({memory, size.bytes, ++frees_});
      idleBytes_ += size.bytes;
      while (idleBytes_ > budget_) {
        auto& alike = withLongestIdle();
        idleBytes_ -= alike.front().bytes;
        leaving.splice(leaving.end(), alike, alike.begin());
      }
    } catch (const std::bad_alloc&) {
      unmap(memory, size.bytes);
    }
    for (const Idle& idle : leaving) unmap(idle.memory, idle.bytes);
  }

  void limit(std::size_t bytes) {
    MutexLock lock(mutex_);
    budget_ = std::min(bytes, memoryLimit() / 8);
  }

  std::size_t idleBytes() {
    MutexLock lock(mutex_);
    return idleBytes_;
  }

 private:
  void* takeIdle(SizeClass size) {
    MutexLock lock(mutex_);
    auto& alike = idle_[static_cast<std::size_t>(size.index)];
    if (alike.empty()) return nullptr;
    void* memory = alike.back().memory;
    alike.pop_back();
    idleBytes_ -= size.bytes;
    return memory;
  }

  static void unmap(void* memory, std::size_t bytes) {
    unpoison(memory, bytes);
    munmap(memory, bytes);
  }
  static void* map(std::size_t bytes) {
    std::size_t slack = bytes >= kHugePage ? kHugePage - kPage : 0;
    void* mapped = mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    if (slack == 0) return mapped;
    auto begin = reinterpret_cast<std::uintptr_t>(mapped);
    auto aligned = (begin + kHugePage - 1) & ~(kHugePage - 1);
    if (aligned > begin) munmap(mapped, aligned - begin);
    std::size_t tail = begin + bytes + slack - (aligned + bytes);
    if (tail > 0) munmap(reinterpret_cast<void*>(aligned + bytes), tail);
    void* memory = reinterpret_cast<void*>(aligned);
    madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
  }

  struct Idle {
    void* memory;
    std::size_t bytes;
    std::uint64_t freed;  // when, counted in calls of free
  };
  std::list<Idle>& withLongestIdle() MILLRACE_REQUIRES(mutex_) {
    return *std::min_element(idle_.begin(), idle_.end(), [](const auto& a, const auto& b) {
      return !a.empty() && (b.empty() || a.front().freed < b.front().freed);
    });
  }

  Mutex mutex_;
  std::array<std::list<Idle>, kClasses> idle_ MILLRACE_GUARDED_BY(mutex_);
  std::uint64_t frees_ MILLRACE_GUARDED_BY(mutex_) = 0;
  std::size_t idleBytes_ MILLRACE_GUARDED_BY(mutex_) = 0;
  std::size_t budget_ MILLRACE_GUARDED_BY(mutex_) = memoryLimit() / 8;
};

Pool& pool() {
  static Pool* pool = new Pool();
  return *pool;
}

}  // namespace

void* poolAllocate(std::size_t bytes) { return pool().allocate(bytes); }
void poolFree(void* memory, std::size_t bytes) noexcept { pool().free(memory, bytes); }
void limitPool(std::size_t bytes) { pool().limit(bytes); }
void adviseHugePages(void* memory, std::size_t bytes) noexcept {
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t from = (begin + kHugePage - 1) & ~(kHugePage - 1),
                       to = (begin + bytes) & ~(kHugePage - 1);
  if (from < to) madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
}
std::size_t poolIdleBytes() { return pool().idleBytes(); }

}  // namespace millrace::core
