#pragma once

#include <millrace/base/owned.hpp>
#include <millrace/rdd/core/records/element_fn.hpp>
#include <millrace/rdd/core/records/pooled_vector.hpp>
#include <millrace/rdd/core/records/reader.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <vector>

namespace millrace {

/// The records of one partition as a function of a whole partition sees them: a single-pass range of owned records. A
/// record is valid until the next one is asked for.
template <class T>
class PartitionRecords {
 public:
  using Record = owned_t<T>;

  explicit PartitionRecords(core::Reader<T>& reader) : reader_(&reader) {}
  PartitionRecords(const PartitionRecords&) = delete;
  PartitionRecords& operator=(const PartitionRecords&) = delete;

  class iterator {
   public:
    using value_type = Record;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    const Record& operator*() const { return *records_->current_; }
    const Record* operator->() const { return records_->current_; }
    iterator& operator++() {
      records_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return records_->current_ == nullptr; }

   private:
    friend PartitionRecords;
    explicit iterator(PartitionRecords* records) : records_(records) {}
    PartitionRecords* records_ = nullptr;
  };

  iterator begin() {
    if (!begun_) {
      begun_ = true;
      advance();
    }
    return iterator(this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  void advance() {
    if (at_ == chunk_.size) {
      chunk_ = reader_->next();
      at_ = 0;
      if (chunk_.empty()) {
        current_ = nullptr;
        return;
      }
    }
    const T& record = chunk_.data[at_++];
    if constexpr (kIsOwned<T>) {
      current_ = &record;
    } else {
      if (owned_.empty()) owned_.emplace_back();
      Owned<T>::assign(owned_.front(), record);
      current_ = &owned_.front();
    }
  }

  core::Reader<T>* reader_;
  core::Chunk<T> chunk_;
  std::size_t at_ = 0;
  bool begun_ = false;
  const Record* current_ = nullptr;
  core::RecordVector<Record> owned_;
};

/// A function of a whole partition, `f(auto& records)`.
template <class F, class T>
concept PartitionFn = std::is_invocable_v<F&, PartitionRecords<T>&>;

namespace core {

template <class F, class T>
struct PartitionFnResult {
  using type = std::vector<int>;
};
template <class F, class T>
  requires PartitionFn<F, T>
struct PartitionFnResult<F, T> {
  using type = std::decay_t<std::invoke_result_t<F&, PartitionRecords<T>&>>;
};

}  // namespace core

template <class F, class T>
using MapPartitionsResult = owned_t<std::ranges::range_value_t<typename core::PartitionFnResult<F, T>::type>>;

/// A function of a whole partition that gives a range of records. The result's records are owned, since a record of the
/// partition is valid only until the next one is asked for.
template <class F, class T>
concept MapPartitionsFn =
    PartitionFn<F, T> && core::kIsRange<typename core::PartitionFnResult<F, T>::type> &&
    core::kIsAssignable<MapPartitionsResult<F, T>>;  // a record has no const member and no reference

}  // namespace millrace
