#pragma once

#include <support/streams.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// What a test does to a running program, as a list that is played in both modes, where a batch is an epoch:
//
//     test::inBothModes([](test::StreamOptions options) {
//       test::StreamTest test(options);
//       auto numbers = test.input<int>();
//       auto doubled = test.collect(numbers.stream.map([](int x) { return 2 * x; }));
//       test.play({start(), addData(numbers, {1, 2}), closeBatch(), expect(doubled, {2, 4}), closeBatch(),
//                  expect(doubled, {}), stop()});
//     });
namespace millrace::test {

using Here = std::source_location;

template <class T>
using Records = std::vector<std::type_identity_t<owned_t<T>>>;

inline std::string nameOf(StreamingMode mode) {
  return mode == StreamingMode::kMicroBatch ? "micro-batch" : "continuous";
}

/// Calls `body` once for each mode, with two partitions and two threads.
template <class Body>
void inBothModes(Body body) {
  for (StreamingMode mode : kModes) {
    SCOPED_TRACE(nameOf(mode));
    body(StreamOptions{.shape = {.partitions = 2, .threads = 2}, .mode = mode});
  }
}
/// Once for each mode and shape.
template <class Body>
void inBothModesOnAllShapes(Body body) {
  for (StreamingMode mode : kModes) {
    SCOPED_TRACE(nameOf(mode));
    onAllShapes(
        [&](const StreamOptions& options) {
          SCOPED_TRACE(options.shape.describe());
          body(options);
        },
        mode);
  }
}

/// Anything else.
inline Action then(std::function<void()> what, Here where = Here::current()) {
  return {"then", where, [what = std::move(what)](StreamTest&) { what(); }};
}

inline Action start(Here where = Here::current()) {
  return {"start", where, [](StreamTest& test) { test.start(); }};
}

/// Records of the batch that is closed next.
template <class T>
Action addData(const Input<T>& to, Records<T> records, Here where = Here::current()) {
  return {"addData", where, [to, records](StreamTest&) { to.feed->add(records); }};
}

/// The source has no RDD in the batch that is closed next.
template <class T>
Action noRdd(const Input<T>& of, Here where = Here::current()) {
  return {"noRdd", where, [of](StreamTest&) { of.feed->skip(); }};
}

/// Ends a batch and waits until all outputs have had it, or the run has ended.
inline Action closeBatch(int times = 1, Here where = Here::current()) {
  return {"closeBatch", where, [times](StreamTest& test) { test.advance(times); }};
}

/// Moves the clock to the end of a batch, and waits for nothing.
inline Action tick(Here where = Here::current()) {
  return {"tick", where, [](StreamTest& test) { test.clock().advance(test.batch().milliseconds()); }};
}

/// The next batch of the output has these records, in this order.
template <class T>
Action expect(const Outputs<T>& of, Records<T> records, Here where = Here::current()) {
  return {"expect", where, [of, records](StreamTest&) {
            auto batch = of.next();
            ASSERT_TRUE(batch) << "no further batch has come";
            EXPECT_EQ(batch->records(), records) << "batch of " << batch->time << " ms";
          }};
}

/// The same in any order.
template <class T>
Action expectAnyOrder(const Outputs<T>& of, Records<T> records, Here where = Here::current()) {
  std::ranges::sort(records);
  return {"expectAnyOrder", where, [of, records](StreamTest&) {
            auto batch = of.next();
            ASSERT_TRUE(batch) << "no further batch has come";
            auto got = batch->records();
            std::ranges::sort(got);
            EXPECT_EQ(got, records) << "batch of " << batch->time << " ms";
          }};
}

/// The output has had no further batch.
template <class T>
Action expectNothing(const Outputs<T>& of, Here where = Here::current()) {
  return {"expectNothing", where, [of](StreamTest&) {
            auto batch = of.next();
            EXPECT_FALSE(batch) << "batch of " << batch->time
                                << " ms: " << testing::PrintToString(batch->records());
          }};
}

/// awaitTermination throws this text.
inline Action fails(std::string text, Here where = Here::current()) {
  return {"fails", where,
          [text = std::move(text)](StreamTest& test) { EXPECT_EQ(test.awaitFailure(), text); }};
}

/// Stops at once. That nothing has failed is checked, unless a failure was expected.
inline Action stop(Here where = Here::current()) {
  return {"stop", where, [](StreamTest& test) { test.stop(false); }};
}
/// Everything that was received is in a last batch.
inline Action stopGracefully(Here where = Here::current()) {
  return {"stopGracefully", where, [](StreamTest& test) { test.stop(true); }};
}

}  // namespace millrace::test
