#pragma once

#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

template <class T, class>
class GlomReader final : public Reader<std::vector<owned_t<T>>> {
 public:
  GlomReader(TypedReader<T> input, std::nullptr_t, const OperatorInfo&) : input_(std::move(input)) {}

  Chunk<std::vector<owned_t<T>>> next() override {
    if (done_) return {};
    done_ = true;
    for (Chunk<T> chunk = input_->next(); !chunk.empty(); chunk = input_->next()) appendOwned<T>(all_, chunk);
    return {&all_, 1, true};
  }

 private:
  TypedReader<T> input_;
  std::vector<owned_t<T>> all_;
  bool done_ = false;
};

}  // namespace core

template <class T>
RDD<std::vector<owned_t<T>>> RDD<T>::glom() const {
  core::KeptRecord<owned_t<T>>();
  auto step = core::stepFunction<T, core::GlomReader>(nullptr);
  return RDD<std::vector<owned_t<T>>>(
      core::narrowNode(node(), "glom", std::move(step), core::Partitioning::kLost));
}

}  // namespace millrace
