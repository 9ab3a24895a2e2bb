#pragma once

#include <millrace/rdd/core/graph/opened_node.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/ops/as_key.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// The left records whose key the right side does not have: (key, value) for each value, or, where the values are
/// Nothing, the key for each.
struct EmitOnlyLeft {
  template <class K, class V>
  class OnlyLeftReader final
      : public Reader<std::conditional_t<std::is_same_v<V, Nothing>, K, std::pair<K, V>>> {
   public:
    using Record = std::conditional_t<std::is_same_v<V, Nothing>, K, std::pair<K, V>>;
    using Block = GroupBlock<EmitOnlyLeft, K, V, Nothing>;
    explicit OnlyLeftReader(const Block& block)
        : block_(block), next_(block.groups.begin()), out_(chunkSize()) {}

    Chunk<Record> next() override {
      out_.clear();
      while (!out_.full()) {
        if (values_.empty()) {
          if (next_ == block_.groups.end()) break;
          at_ = next_++;
          if (std::get<1>(block_.sides).of(at_->second).empty())
            values_ = std::get<0>(block_.sides).of(at_->second);
          continue;
        }
        out_.add([&]() -> Record {
          if constexpr (std::is_same_v<V, Nothing>) {
            return KeyForm<K>::load(at_->first);
          } else {
            return loadPair<K>(at_->first, values_.front());
          }
        });
        values_ = values_.subspan(1);
      }
      return out_.chunk();
    }

   private:
    const Block& block_;
    typename Table<K, std::size_t>::const_iterator next_, at_;
    std::span<const V> values_;
    Buffer<Record> out_;
  };

  template <class K, class V, class>
  using Record = typename OnlyLeftReader<K, V>::Record;
  template <class K, class V>
  static ReaderPtr open(const GroupBlock<EmitOnlyLeft, K, V, Nothing>& block) {
    return std::make_unique<OnlyLeftReader<K, V>>(block);
  }
};

}  // namespace core

template <class T>
template <class A>
  requires SameKey<T, A>
RDD<KeyedResult<T>> PairRDDFunctions<T>::subtractByKey(const RDD<A>& other,
                                                       const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  using Right = core::Side<A, core::Nothing>;
  return RDD<KeyedResult<T>>(core::groupNode<core::EmitOnlyLeft, K, core::Side<T>, Right>(
      core::rddOperator("subtractByKey"), {node_, other.node()}, partitions.asIn(*node_)));
}

template <class T>
template <class U>
  requires std::is_same_v<owned_t<U>, owned_t<T>>
RDD<owned_t<T>> RDD<T>::subtract(const RDD<U>& other, const Partitions& partitions) const {
  core::KeptKey<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  using Left = core::Side<core::AsKeyRecord<T>, core::Nothing>;
  using Right = core::Side<core::AsKeyRecord<U>, core::Nothing>;
  std::vector<core::NodePtr> parents{core::asKeys<T>("subtract", node()),
                                     core::asKeys<U>("subtract", other.node())};
  auto partitioner = partitions.asIn(*parents[0]);
  auto node = core::groupNode<core::EmitOnlyLeft, owned_t<T>, Left, Right>(
      core::rddOperator("subtract"), std::move(parents), std::move(partitioner));
  return RDD<owned_t<T>>(core::unkeyedNode(core::rddOperator("subtract"), std::move(node)));
}

}  // namespace millrace
