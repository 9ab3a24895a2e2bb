#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include "support/readers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {
namespace {

TEST(VectorBlock, ShowsViewsOfWhatItOwns) {
  VectorBlock<std::string_view> block(
      PooledVector<std::string>{"one", "a text beyond the inline size of strings"});
  EXPECT_EQ(block.records(), 2u);
  for (std::size_t size : {1, 2, 1024}) {
    ChunkSizeScope scope(size);
    EXPECT_EQ(test::drain<std::string_view>(block.open()),
              (std::vector<std::string>{"one", "a text beyond the inline size of strings"}));
  }
}

TEST(AppendOwned, MovesFromChunksThatAreItsOwnOnly) {
  const std::string text = "a text beyond the inline size of strings";
  std::vector<std::string> owned;
  test::ChunksReader<std::string> movable({{text}}, true);
  const auto moved = movable.next();
  appendOwned<std::string>(owned, moved);
  EXPECT_TRUE(moved.data->empty());
  test::ChunksReader<std::string> shared({{text}}, false);
  const auto copied = shared.next();
  appendOwned<std::string>(owned, copied);
  EXPECT_EQ(*copied.data, text) << "others read this chunk, too";
  EXPECT_EQ(owned, (std::vector{text, text}));
}

}  // namespace
}  // namespace millrace::core
