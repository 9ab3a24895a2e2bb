// Keeps a received line past its block, on purpose: AddressSanitizer must report it, though the buffer that the line lies in
// is still filled.
#include <millrace/io/text_block_builder.hpp>
#include <millrace/rdd/core/records/reader.hpp>

#include <algorithm>
#include <cstdio>
#include <string_view>

using namespace millrace::core;

namespace {

std::string_view firstLine(const BlockPtr& block) {
  auto reader = typed<std::string_view>(block->open());
  return *reader->next().begin();
}

}  // namespace

int main() {
  constexpr std::string_view kText = "kept for too long\nand the next line";
  TextBlockBuilder builder;
  std::ranges::copy(kText, builder.prepare().data());
  builder.commit(kText.size());
  const std::string_view line = firstLine(builder.cut());
  std::printf("read %c\n", line[line.size() / 2]);
}
