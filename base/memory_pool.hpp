#pragma once

#include <cstddef>
#include <new>

namespace millrace::core {

/// Memory for blocks, tables and text that survives the batch. A fresh page costs more than counting the words in it,
/// so what is freed here is kept for the next batch, in size classes a quarter of a power of two apart. Large pieces
/// ask for huge pages. When more than the budget is kept (an eighth of the machine's or the cgroup's memory), the
/// pieces that were idle longest go back to the system. AddressSanitizer reports a use of memory that lies in the pool.
/// Thread-safe.
void* poolAllocate(std::size_t bytes);
void poolFree(void* memory, std::size_t bytes) noexcept;

/// Asks for huge pages for memory of another allocator that is about to be filled for the first time: the system clears
/// those several times faster.
void adviseHugePages(void* memory, std::size_t bytes) noexcept;

/// The pool keeps at most so many bytes from now on, and never more than that eighth: for a process that is to have less
/// memory than the machine.
void limitPool(std::size_t bytes);

/// Bytes that lie in the pool unused.
std::size_t poolIdleBytes();

/// Below this size the ordinary allocator is as good.
inline constexpr std::size_t kPooledBytes = std::size_t{32} << 10;

template <class T>
struct PoolAllocator {
  using value_type = T;

  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    std::size_t bytes = count * sizeof(T);
    return static_cast<T*>(bytes < kPooledBytes ? ::operator new(bytes, std::align_val_t(kAlignment))
                                                : poolAllocate(bytes));
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    std::size_t bytes = count * sizeof(T);
    if (bytes < kPooledBytes) {
      ::operator delete(memory, std::align_val_t(kAlignment));
    } else {
      poolFree(memory, bytes);
    }
  }

  template <class U>
  friend bool operator==(const PoolAllocator&, const PoolAllocator<U>&) noexcept {
    return true;
  }

 private:
  static constexpr std::size_t kAlignment = alignof(T) > alignof(std::max_align_t)
                                                ? alignof(T)
                                                : alignof(std::max_align_t);
};

}  // namespace millrace::core
