#pragma once

#include <millrace/rdd/core/node.hpp>
#include <millrace/rdd/core/operator_info.hpp>
#include <millrace/rdd/core/reader.hpp>

#include <memory>
#include <utility>

namespace millrace::core {

/// A narrow operator: turns the reader of a partition into another. Immutable; each task opens its own reader, with its
/// own copy of the user's function.
class Step {
 public:
  explicit Step(OperatorPtr info) : info_(std::move(info)) {}
  virtual ~Step() = default;
  virtual ReaderPtr open(ReaderPtr input) const = 0;
  const OperatorPtr& info() const { return info_; }

 private:
  OperatorPtr info_;
};
using StepPtr = std::shared_ptr<const Step>;

/// Makes the step unique where its type is known, and shared where it is not: the code for that exists once.
StepPtr share(std::unique_ptr<Step> step);

/// What a step does to the way in which keys are spread.
enum class Partitioning { kLost, kKept };

/// The node of a narrow operator.
NodePtr narrowNode(NodePtr parent, StepPtr step, Partitioning partitioning);

/// A step whose reader is a class R constructed from (input reader, F, operator).
template <class T, class F, template <class, class> class R>
class FunctionStep final : public Step {
 public:
  FunctionStep(OperatorPtr info, F function) : Step(std::move(info)), function_(std::move(function)) {}
  ReaderPtr open(ReaderPtr input) const override {
    return std::make_unique<R<T, F>>(typed<T>(std::move(input)), function_, info());
  }

 private:
  F function_;
};

template <class T, template <class, class> class R, class F>
StepPtr functionStep(OperatorPtr info, F&& function) {
  return share(std::make_unique<FunctionStep<T, std::decay_t<F>, R>>(std::move(info), std::forward<F>(function)));
}

}  // namespace millrace::core
