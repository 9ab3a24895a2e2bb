#include <millrace/dstream/ops/reduce_by_key.hpp>

#include <millrace/base/error.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::StreamOptions;
using test::StreamTest;
using View = std::pair<std::string_view, int>;
using Pair = std::pair<std::string, int>;

TEST(StreamReduceByKey, FoldsEachBatchByItself) {
  test::onAllShapes([](StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto source = running.source<View>(test::batches<Pair>({{{"a", 1}, {"b", 2}, {"a", 3}}, {}, {{"a", 5}}}));
    auto byDefault = running.collect(source.reduceByKey(std::plus<>{}));
    auto inSeven = running.collect(source.reduceByKey([](int a, int b) { return a + b; }, 7));
    running.run(3);
    const std::vector<std::vector<Pair>> expected{{{"a", 4}, {"b", 2}}, {}, {{"a", 5}}};
    EXPECT_EQ(byDefault.sorted(), expected);
    EXPECT_EQ(inSeven.sorted(), expected);
    EXPECT_EQ(byDefault.all()[0].partitions.size(), static_cast<std::size_t>(options.shape.partitions))
        << "by default parallelism";
    EXPECT_EQ(inSeven.all()[1].partitions.size(), 7u);
  });
}

TEST(StreamReduceByKey, RefusesFewerThanOnePartition) {
  StreamTest running;
  EXPECT_THROW(running.source<Pair>({}).reduceByKey(std::plus<>{}, 0), IllegalArgument);
}

}  // namespace
}  // namespace millrace
