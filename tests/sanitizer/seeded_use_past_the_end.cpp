// Reads past the end of pooled memory, on purpose: AddressSanitizer must report it, though the size class has more.
#include <millrace/base/memory_pool.hpp>

#include <cstdio>

int main() {
  constexpr std::size_t kBytes = 2 * millrace::core::kPooledBytes + 100;
  auto* memory = static_cast<char*>(millrace::core::poolAllocate(kBytes));
  std::printf("read %d\n", memory[kBytes]);
}
