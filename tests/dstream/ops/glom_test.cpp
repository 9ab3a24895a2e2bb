#include <millrace/dstream/ops/glom.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using namespace test;

TEST(StreamGlom, MakesOneVectorPerPartition) {
  inBothModesOnAllShapes([](StreamOptions options) {
    StreamTest running(options);
    auto texts = running.input<std::string_view>(2);
    auto vectors = running.collect(texts.stream.glom());
    running.play({start(), addData(texts, {"a", "b", "c"}), closeBatch(),
                  expect(vectors, {{"a"}, {"b", "c"}}), closeBatch(), expect(vectors, {{}, {}}), noRdd(texts),
                  closeBatch(), expectNothing(vectors), stop()});
  });
}

}  // namespace
}  // namespace millrace
