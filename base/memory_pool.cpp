#include <millrace/base/memory_pool.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

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

class Pool {
 public:
  void* allocate(std::size_t bytes) {
    SizeClass size = classOf(bytes);
    {
      std::lock_guard lock(mutex_);
      auto& idle = idle_[static_cast<std::size_t>(size.index)];
      if (!idle.empty()) {
        void* memory = idle.back();
        idle.pop_back();
        idleBytes_ -= size.bytes;
        return memory;
      }
    }
    return map(size.bytes);
  }

  void free(void* memory, std::size_t bytes) noexcept {
    SizeClass size = classOf(bytes);
    {
      std::lock_guard lock(mutex_);
      if (idleBytes_ + size.bytes <= budget_) {
        try {
          idle_[static_cast<std::size_t>(size.index)].push_back(memory);
          idleBytes_ += size.bytes;
          return;
        } catch (const std::bad_alloc&) {
        }
      }
    }
    munmap(memory, size.bytes);
  }

  std::size_t idleBytes() {
    std::lock_guard lock(mutex_);
    return idleBytes_;
  }

 private:
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

  std::mutex mutex_;
  std::array<std::vector<void*>, kClasses> idle_;
  std::size_t idleBytes_ = 0;
  const std::size_t budget_ = memoryLimit() / 8;
};

Pool& pool() {
  static Pool* pool = new Pool();
  return *pool;
}

}  // namespace

void* poolAllocate(std::size_t bytes) { return pool().allocate(bytes); }
void poolFree(void* memory, std::size_t bytes) noexcept { pool().free(memory, bytes); }
std::size_t poolIdleBytes() { return pool().idleBytes(); }

}  // namespace millrace::core
