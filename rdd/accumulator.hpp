#pragma once

#include <millrace/base/arithmetic.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/thread_annotations.hpp>
#include <millrace/rdd/core/run/accumulator_base.hpp>
#include <millrace/rdd/core/run/task_context.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

/// What an accumulator can keep: a value with `add(record)`, with `merge(other)` for what another task has added, and
/// with `value()`, the result. Each task begins with a copy of the initial value. (Spark: AccumulatorV2)
template <class A>
concept AccumulatorKind = std::copy_constructible<A> && requires(A& state, const A& other) {
  state.merge(other);
  other.value();
};

/// Adds up what tasks report, for the driver to read. A handle is a cheap value, to be captured by copy; its const
/// functions work in functions of the user. What a task adds counts once, when the task has succeeded; what failed
/// tasks added is dropped, and a transformation that is run again adds again. In streams too, batch by batch. `add` is
/// for the thread of a task or for any thread outside of tasks. Made by SparkContext::register_.
template <AccumulatorKind A>
class Accumulator {
 public:
  explicit Accumulator(A zero, std::string name = {})
      : state_(std::make_shared<State>(std::move(zero), std::move(name))) {}

  template <class In>
    requires requires(A& state, In&& record) { state.add(std::forward<In>(record)); }
  void add(In&& record) const {
    state_->update([&](A& value) { value.add(std::forward<In>(record)); });
  }
  /// What the driver and all tasks that succeeded have added. IllegalState inside a task, where that is not known.
  auto value() const { return read().value(); }
  void reset() const {
    refuseInTask();
    const core::AccumulatorBase::Lock lock(*state_);
    state_->value = state_->zero;
  }
  /// Empty if it has none.
  const std::string& name() const { return state_->name; }

 protected:
  A read() const {
    refuseInTask();
    const core::AccumulatorBase::Lock lock(*state_);
    return state_->value;
  }

 private:
  struct Part final : core::AccumulatorPart {
    explicit Part(const A& zero) : value(zero) {}
    A value;
  };
  struct State final : core::AccumulatorBase {
    State(A first, std::string called) : zero(std::move(first)), value(zero), name(std::move(called)) {}
    std::shared_ptr<core::AccumulatorPart> makePart() const override { return std::make_shared<Part>(zero); }
    void merge(core::AccumulatorPart& part) override {
      const core::AccumulatorBase::Lock lock(*this);
      value.merge(static_cast<Part&>(part).value);
    }
    template <class Update>
    void update(Update change) {
      if (core::AccumulatorPart* part = this->partOfTask()) return change(static_cast<Part*>(part)->value);
      const core::AccumulatorBase::Lock lock(*this);
      change(value);
    }

    const A zero;
    A value MILLRACE_GUARDED_BY(this);
    const std::string name;
  };

  static void refuseInTask() {
    if (TaskContext::get() != nullptr)
      throw IllegalState(
          "the value of an accumulator inside of a task: only the driver can know it, after the action");
  }

  std::shared_ptr<State> state_;
};

namespace core {

/// Sum and count of numbers. A sum of whole numbers that overflows wraps around, as in Java.
template <class N>
struct NumberTotal {
  N sum = 0;
  std::int64_t count = 0;

  void add(N number) {
    sum = wrappedSum(sum, number);
    ++count;
  }
  void merge(const NumberTotal& other) {
    sum = wrappedSum(sum, other.sum);
    count += other.count;
  }
  N value() const { return sum; }
};

template <class T>
struct Collected {
  std::vector<T> records;

  void add(T record) { records.push_back(std::move(record)); }
  void merge(const Collected& other) {
    records.insert(records.end(), other.records.begin(), other.records.end());
  }
  std::vector<T> value() const { return records; }
};

template <class N>
class NumberAccumulator : public Accumulator<NumberTotal<N>> {
 public:
  explicit NumberAccumulator(std::string name = {}) : Accumulator<NumberTotal<N>>({}, std::move(name)) {}
  N sum() const { return this->read().sum; }
  std::int64_t count() const { return this->read().count; }
  bool isZero() const { return count() == 0; }
  /// Not a number where nothing was added.
  double avg() const {
    const auto total = this->read();
    return static_cast<double>(total.sum) / static_cast<double>(total.count);
  }
};

}  // namespace core

using LongAccumulator = core::NumberAccumulator<std::int64_t>;
using DoubleAccumulator = core::NumberAccumulator<double>;

/// All that was added; the order of different tasks is not defined.
template <class T>
class CollectionAccumulator : public Accumulator<core::Collected<T>> {
 public:
  explicit CollectionAccumulator(std::string name = {})
      : Accumulator<core::Collected<T>>({}, std::move(name)) {}
  bool isZero() const { return this->value().empty(); }
};

}  // namespace millrace
