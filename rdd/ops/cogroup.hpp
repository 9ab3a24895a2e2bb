#pragma once

#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/core/shuffle/group.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// (key, its groups) for each key: what groupByKey and cogroup give.
struct EmitGroups {
  template <class K, class... Vs>
  class GroupsReader final : public Reader<std::pair<K, typename GroupsOf<Vs...>::type>> {
   public:
    using Groups = typename GroupsOf<Vs...>::type;
    using Record = std::pair<K, Groups>;
    explicit GroupsReader(const GroupBlock<EmitGroups, K, Vs...>& block)
        : block_(block), at_(block.groups.begin()), out_(chunkSize()) {}

    Chunk<Record> next() override {
      out_.clear();
      for (; at_ != block_.groups.end() && !out_.full(); ++at_)
        out_.add([&] { return loadPair<K>(at_->first, groups(at_->second)); });
      return out_.chunk();
    }

   private:
    Groups groups(std::size_t number) const {
      return std::apply(
          [&](const auto&... side) {
            return Groups(std::vector<Vs>(side.of(number).begin(), side.of(number).end())...);
          },
          block_.sides);
    }

    const GroupBlock<EmitGroups, K, Vs...>& block_;
    typename Table<K, std::size_t>::const_iterator at_;
    Buffer<Record> out_;
  };

  template <class K, class... Vs>
  using Record = typename GroupsReader<K, Vs...>::Record;
  template <class K, class... Vs>
  static ReaderPtr open(const GroupBlock<EmitGroups, K, Vs...>& block) {
    return std::make_unique<GroupsReader<K, Vs...>>(block);
  }
};

template <class T, class... Others>
NodePtr cogroupNode(const Partitions& partitions, const NodePtr& node, const RDD<Others>&... others) {
  std::vector<NodePtr> parents{node, others.node()...};
  auto partitioner = partitions.over(parents);
  return groupNode<EmitGroups, KeyOf<T>, Side<T>, Side<Others>...>(rddOperator("cogroup"), std::move(parents),
                                                                   std::move(partitioner));
}

}  // namespace core

template <class T>
template <class A>
  requires SameKey<T, A>
RDD<Cogrouped<T, A>> PairRDDFunctions<T>::cogroup(const RDD<A>& a, const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  return RDD<Cogrouped<T, A>>(core::cogroupNode<T>(partitions, node_, a));
}

template <class T>
template <class A, class B>
  requires SameKey<T, A> && SameKey<T, B>
RDD<Cogrouped<T, A, B>> PairRDDFunctions<T>::cogroup(const RDD<A>& a, const RDD<B>& b,
                                                     const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  core::ShuffledRecord<KeyedResult<B>>();
  return RDD<Cogrouped<T, A, B>>(core::cogroupNode<T>(partitions, node_, a, b));
}

template <class T>
template <class A, class B, class C>
  requires SameKey<T, A> && SameKey<T, B> && SameKey<T, C>
RDD<Cogrouped<T, A, B, C>> PairRDDFunctions<T>::cogroup(const RDD<A>& a, const RDD<B>& b, const RDD<C>& c,
                                                        const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  core::ShuffledRecord<KeyedResult<B>>();
  core::ShuffledRecord<KeyedResult<C>>();
  return RDD<Cogrouped<T, A, B, C>>(core::cogroupNode<T>(partitions, node_, a, b, c));
}

template <class T>
template <class... Others>
  requires(sizeof...(Others) >= 1 && sizeof...(Others) <= 3) && (SameKey<T, Others> && ...)
RDD<Cogrouped<T, Others...>> PairRDDFunctions<T>::groupWith(const RDD<Others>&... others) const {
  return cogroup(others...);
}

}  // namespace millrace
