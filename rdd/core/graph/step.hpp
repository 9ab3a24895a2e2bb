#pragma once

#include <millrace/base/copyable_function.hpp>
#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/records/reader.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// The function of a step, and how to open the reader that calls it, both with erased types. It has no class of its own
/// per function: a class takes the compiler twice as long.
struct StepFunction {
  HeldCallable function;
  ReaderPtr (*open)(const void* function, ReaderPtr input, const OperatorInfo& info);
};

/// Opens a reader of class R, which is constructed from (input reader, function, operator).
template <class T, template <class, class> class R, class F>
ReaderPtr openReader(ReaderPtr input, F function, const OperatorInfo& info) {
  return std::make_unique<R<T, F>>(typed<T>(std::move(input)), std::move(function), info);
}

/// The StepFunction whose reader is of class R.
template <class T, template <class, class> class R, class F>
StepFunction stepFunction(F&& function) {
  using Held = std::decay_t<F>;
  return {HeldCallable(Held(std::forward<F>(function))),
          [](const void* held, ReaderPtr input, const OperatorInfo& info) -> ReaderPtr {
            return openReader<T, R>(std::move(input), *static_cast<const Held*>(held), info);
          }};
}

/// A narrow operator: turns the reader of a partition into another. Immutable; each task opens its own reader, with its
/// own copy of the user's function.
class Step {
 public:
  Step(OperatorPtr info, StepFunction function) : info_(std::move(info)), function_(std::move(function)) {}

  ReaderPtr open(ReaderPtr input) const;
  const OperatorPtr& info() const { return info_; }

 private:
  OperatorPtr info_;
  StepFunction function_;
};
using StepPtr = std::shared_ptr<const Step>;

/// Whether the result of a step has the partitioner of its parent.
enum class Partitioning { kLost, kKept };

/// The node of a narrow operator.
NodePtr narrowNode(NodePtr parent, StepPtr step, Partitioning partitioning);
/// The same for an operator of an RDD: makes the step from `kind` and `function`.
NodePtr narrowNode(const NodePtr& parent, std::string_view kind, StepFunction function,
                   Partitioning partitioning);

}  // namespace millrace::core
