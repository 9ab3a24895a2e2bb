#pragma once

#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// One half of each pair, moved out where nobody else will read the pair.
template <class T, class Member>
class HalfReader final : public Reader<typename Member::template Of<T>> {
 public:
  using R = typename Member::template Of<T>;
  HalfReader(TypedReader<T> input, Member, const OperatorInfo&)
      : input_(std::move(input)), out_(chunkSize()) {}

  Chunk<R> next() override {
    Chunk<T> in = input_->next();
    out_.reset(in.size);
    if (in.movable) {
      T* records = const_cast<T*>(in.data);
      for (std::size_t i = 0; i < in.size; ++i)
        out_.add([&]() -> R { return std::move(Member::of(records[i])); });
    } else {
      for (const T& record : in) out_.add([&]() -> R { return Member::of(record); });
    }
    return out_.chunk();
  }

 private:
  TypedReader<T> input_;
  Buffer<R> out_;
};

struct FirstHalf {
  template <class T>
  using Of = std::remove_const_t<typename T::first_type>;
  static auto& of(auto& record) { return record.first; }
};
struct SecondHalf {
  template <class T>
  using Of = typename T::second_type;
  static auto& of(auto& record) { return record.second; }
};

}  // namespace core

template <class T>
RDD<typename core::PairTraits<T>::Key> PairRDDFunctions<T>::keys() const
  requires PairLike<T>
{
  auto step = core::stepFunction<T, core::HalfReader>(core::FirstHalf{});
  return RDD<typename core::PairTraits<T>::Key>(
      core::narrowNode(node_, "keys", std::move(step), core::Partitioning::kLost));
}

template <class T>
RDD<typename core::PairTraits<T>::Value> PairRDDFunctions<T>::values() const
  requires PairLike<T>
{
  auto step = core::stepFunction<T, core::HalfReader>(core::SecondHalf{});
  return RDD<typename core::PairTraits<T>::Value>(
      core::narrowNode(node_, "values", std::move(step), core::Partitioning::kLost));
}

}  // namespace millrace
