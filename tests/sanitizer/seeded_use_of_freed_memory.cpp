// Reads pooled memory after it was freed, on purpose: AddressSanitizer must report it, though the pool keeps the memory.
#include <millrace/base/memory_pool.hpp>

#include <cstdio>
#include <cstring>

int main() {
  constexpr std::size_t kBytes = 2 * millrace::core::kPooledBytes;
  auto* memory = static_cast<char*>(millrace::core::poolAllocate(kBytes));
  std::memset(memory, 'a', kBytes);
  millrace::core::poolFree(memory, kBytes);
  std::printf("read %c\n", memory[kBytes / 2]);
}
