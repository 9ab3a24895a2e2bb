#pragma once

#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/shuffle/group.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// Makes the records of a join from the groups, chunk by chunk. A side that may lack a key gives an optional, empty for
/// keys that only the other side has.
template <bool kLeftMayLack, bool kRightMayLack>
struct EmitJoined {
  template <class K, class V, class W>
  class JoinReader final
      : public Reader<std::pair<K, std::pair<std::conditional_t<kLeftMayLack, std::optional<V>, V>,
                                             std::conditional_t<kRightMayLack, std::optional<W>, W>>>> {
   public:
    using L = std::conditional_t<kLeftMayLack, std::optional<V>, V>;
    using R = std::conditional_t<kRightMayLack, std::optional<W>, W>;
    using Record = std::pair<K, std::pair<L, R>>;
    using Block = GroupBlock<EmitJoined, K, V, W>;

    explicit JoinReader(const Block& block) : block_(block), next_(block.groups.begin()), out_(chunkSize()) {}

    Chunk<Record> next() override {
      out_.clear();
      while (!out_.full()) {
        if (left_ == lefts_) {
          if (next_ == block_.groups.end()) break;
          begin();
          continue;
        }
        for (; right_ < rights_ && !out_.full(); ++right_) {
          out_.add([&] {
            return loadPair<K>(at_->first,
                               std::pair<L, R>(value<L>(leftValues_, left_), value<R>(rightValues_, right_)));
          });
        }
        if (right_ == rights_) {
          right_ = 0;
          ++left_;
        }
      }
      return out_.chunk();
    }

   private:
    void begin() {
      at_ = next_++;
      leftValues_ = std::get<0>(block_.sides).of(at_->second);
      rightValues_ = std::get<1>(block_.sides).of(at_->second);
      left_ = right_ = 0;
      lefts_ = leftValues_.empty() && kLeftMayLack ? 1 : leftValues_.size();
      rights_ = rightValues_.empty() && kRightMayLack ? 1 : rightValues_.size();
      if (rights_ == 0) lefts_ = 0;
    }
    template <class X, class Values>
    static X value(const Values& values, std::size_t at) {
      if constexpr (!std::is_same_v<X, typename Values::value_type>) {
        if (values.empty()) return X();
      }
      return X(values[at]);
    }

    const Block& block_;
    typename Table<K, std::size_t>::const_iterator next_, at_;
    std::span<const V> leftValues_;
    std::span<const W> rightValues_;
    std::size_t left_ = 0, lefts_ = 0;
    std::size_t right_ = 0, rights_ = 0;
    Buffer<Record> out_;
  };

  template <class K, class V, class W>
  using Record = typename JoinReader<K, V, W>::Record;
  template <class K, class V, class W>
  static ReaderPtr open(const GroupBlock<EmitJoined, K, V, W>& block) {
    return std::make_unique<JoinReader<K, V, W>>(block);
  }
};

}  // namespace millrace::core
