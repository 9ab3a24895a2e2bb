#include <millrace/io/serialized_block.hpp>

#include <millrace/base/error.hpp>

#include "io/received.hpp"
#include "support/captured_log.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using Words = std::vector<std::string>;

template <class T>
std::string written(const std::vector<T>& records) {
  ByteWriter to;
  Codec<std::vector<T>>::write(to, records);
  return to.written();
}

template <class T>
std::vector<T> read(const BlockPtr& block) {
  return test::Received::recordsOf<T>(block);
}

TEST(SerializedBlock, HoldsTheRecordsOfAVector) {
  const std::vector<int> numbers{1, -2, 3};
  const BlockPtr block = serializedBlock<int>(written(numbers), "");
  EXPECT_EQ(block->records(), 3u);
  EXPECT_EQ(read<int>(block), numbers);
  EXPECT_EQ(read<int>(block), numbers) << "as often as wanted";
  EXPECT_GE(block->bytes(), 13u);
  const std::vector<std::pair<std::string, double>> pairs{{"a", 1.5}, {"", -0.0}};
  EXPECT_EQ((read<std::pair<std::string, double>>(
                serializedBlock<std::pair<std::string, double>>(written(pairs), ""))),
            pairs);
  EXPECT_EQ(read<bool>(serializedBlock<bool>(written(std::vector{true, false}), "")),
            (std::vector{true, false}));
  EXPECT_EQ(read<int>(serializedBlock<int>(written(std::vector<int>()), "")), std::vector<int>());
}

TEST(SerializedBlock, HoldsMoreThanAChunk) {
  Words texts;
  for (int i = 0; i < 10'000; ++i) texts.push_back(std::string(static_cast<std::size_t>(i % 700), 'x'));
  EXPECT_EQ(read<std::string>(serializedBlock<std::string>(written(texts), "")), texts);
}

TEST(SerializedBlock, EndsWhereItIsDamagedAndSaysSoOnce) {
  test::CapturedLog log;
  std::string bytes = written(Words{"one", "two", "three"});
  bytes.resize(bytes.size() - 2);
  const BlockPtr block = serializedBlock<std::string>(bytes, "10.0.0.1:9");
  EXPECT_EQ(read<std::string>(block), (Words{"one", "two"}));
  EXPECT_EQ(read<std::string>(block), (Words{"one", "two"}));
  ASSERT_EQ(log.lines().size(), 1u);
  EXPECT_EQ(log.lines()[0].find("a block of serialized records is damaged"), 0u) << log.lines()[0];
  EXPECT_NE(log.lines()[0].find("from=10.0.0.1:9"), std::string::npos) << log.lines()[0];
  EXPECT_NE(log.lines()[0].find("records_lost=1"), std::string::npos) << log.lines()[0];
}

TEST(SerializedBlock, BytesBehindTheRecordsAreDamage) {
  test::CapturedLog log;
  EXPECT_EQ(read<int>(serializedBlock<int>(written(std::vector{1, 2}) + "x", "")), (std::vector{1, 2}));
  ASSERT_EQ(log.lines().size(), 1u);
  EXPECT_NE(log.lines()[0].find("bytes are left behind the records"), std::string::npos) << log.lines()[0];
}

TEST(SerializedBlock, ANumberOfRecordsThatCannotBeIsRefused) {
  EXPECT_THROW(serializedBlock<int>("", ""), BadRecord);
  EXPECT_THROW(serializedBlock<int>("\x7f"
                                    "abc",
                                    ""),
               BadRecord);
  EXPECT_THROW(serializedBlock<int>(std::string(20, '\xff'), ""), BadRecord);
}

}  // namespace
}  // namespace millrace::core
