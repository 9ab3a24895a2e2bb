#pragma once

#include <millrace/rdd/core/graph/opened_node.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/ops/as_key.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// The keys that both sides have.
struct EmitCommon {
  template <class K>
  class CommonReader final : public Reader<K> {
   public:
    using Block = GroupBlock<EmitCommon, K, Nothing, Nothing>;
    explicit CommonReader(const Block& block) : block_(block), at_(block.groups.begin()), out_(chunkSize()) {}

    Chunk<K> next() override {
      out_.clear();
      for (; at_ != block_.groups.end() && !out_.full(); ++at_) {
        if (std::get<0>(block_.sides).of(at_->second).empty()) continue;
        if (std::get<1>(block_.sides).of(at_->second).empty()) continue;
        out_.add([&]() -> K { return KeyForm<K>::load(at_->first); });
      }
      return out_.chunk();
    }

   private:
    const Block& block_;
    typename Table<K, std::size_t>::const_iterator at_;
    Buffer<K> out_;
  };

  template <class K, class, class>
  using Record = K;
  template <class K>
  static ReaderPtr open(const GroupBlock<EmitCommon, K, Nothing, Nothing>& block) {
    return std::make_unique<CommonReader<K>>(block);
  }
};

}  // namespace core

template <class T>
template <class U>
  requires std::is_same_v<owned_t<U>, owned_t<T>>
RDD<owned_t<T>> RDD<T>::intersection(const RDD<U>& other, const Partitions& partitions) const {
  core::KeptKey<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  using Left = core::Side<core::AsKeyRecord<T>, core::Nothing>;
  using Right = core::Side<core::AsKeyRecord<U>, core::Nothing>;
  std::vector<core::NodePtr> parents{core::asKeys<T>("intersection", node()),
                                     core::asKeys<U>("intersection", other.node())};
  auto node = core::groupNode<core::EmitCommon, owned_t<T>, Left, Right>(core::rddOperator("intersection"),
                                                                         parents, partitions.over(parents));
  return RDD<owned_t<T>>(core::unkeyedNode(core::rddOperator("intersection"), std::move(node)));
}

}  // namespace millrace
