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

TEST(StoreBlock, MovesFromChunksThatAreItsOwnOnly) {
  const std::string text = "a text beyond the inline size of strings";
  auto movable = test::chunksReader<std::string>({{text}}, true);
  auto shared = test::chunksReader<std::string>({{text}}, false);
  auto* watched = shared.get();
  EXPECT_EQ(test::drain<std::string>(storeBlock<std::string>(std::move(movable))->open()), std::vector{text});
  EXPECT_EQ(watched->asked(), 0u);
  test::ChunksReader<std::string> again({{text}}, false);
  std::vector<std::string> owned;
  auto chunk = again.next();
  appendOwned<std::string>(owned, chunk);
  EXPECT_EQ(owned, std::vector{text});
  EXPECT_EQ(*chunk.data, text) << "others read this chunk, too";
}

TEST(StoreBlock, OfNothingIsEmpty) {
  BlockPtr block = storeBlock<int>(test::chunksReader<int>({}));
  EXPECT_EQ(block->records(), 0u);
  EXPECT_TRUE(test::drain<int>(block->open()).empty());
}

}  // namespace
}  // namespace millrace::core
