#pragma once

#include <millrace/base/error.hpp>
#include <millrace/dstream/input/input_dstream.hpp>

#include <utility>

namespace millrace {

/// A source that has the same RDD in every batch. IllegalArgument for the null RDD. (Spark: ConstantInputDStream)
template <class T>
class ConstantInputDStream : public InputDStream<T> {
 public:
  explicit ConstantInputDStream(RDD<T> rdd) : rdd_(std::move(rdd)) {
    if (rdd_.isNull())
      throw IllegalArgument("ConstantInputDStream of the null RDD: give one, for example emptyRDD()");
  }
  std::optional<RDD<T>> compute(Time) override { return rdd_; }
  std::string kind() const override { return "Constant stream"; }

 private:
  RDD<T> rdd_;
};

}  // namespace millrace
