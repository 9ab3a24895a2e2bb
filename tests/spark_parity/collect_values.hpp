#pragma once

#include <spark_parity/value.hpp>
#include <support/streams.hpp>

#include <utility>

namespace millrace::parity {

/// What will come out of a stream, its records as Values: a pair or a group comes as a list.
template <class T>
test::Outputs<Value> collectValues(const DStream<T>& stream) {
  test::Outputs<Value> outputs;
  stream.foreachRDD([outputs](const RDD<T>& rdd, Time time) {
    test::Output<Value> output{time.milliseconds(), {}};
    for (const auto& records : test::partitionsOf(rdd))
      output.partitions.emplace_back(records.begin(), records.end());
    outputs.add(std::move(output));
  });
  return outputs;
}

}  // namespace millrace::parity
