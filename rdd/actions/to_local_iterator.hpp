#pragma once

#include <millrace/rdd/actions/collect.hpp>
#include <millrace/rdd/rdd.hpp>

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace millrace {

/// All records of an RDD in partition order as a single-pass range: one job per partition, run when its first record is
/// asked for, so that one partition at a time is held.
template <class T>
class LocalIterator {
 public:
  explicit LocalIterator(RDD<T> rdd) : rdd_(std::move(rdd)) {}
  LocalIterator(const LocalIterator&) = delete;
  LocalIterator& operator=(const LocalIterator&) = delete;

  class iterator {
   public:
    using value_type = owned_t<T>;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    const value_type& operator*() const { return *range_->at_; }
    const value_type* operator->() const { return &*range_->at_; }
    iterator& operator++() {
      ++range_->at_;
      range_->findNext();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return range_->at_ == range_->records_.end(); }

   private:
    friend LocalIterator;
    explicit iterator(LocalIterator* range) : range_(range) {}
    LocalIterator* range_ = nullptr;
  };

  iterator begin() {
    findNext();
    return iterator(this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  void findNext() {
    while (at_ == records_.end() && partition_ < rdd_.getNumPartitions()) {
      records_.clear();
      auto records = core::collectPartitions<T>(*rdd_.node(), {partition_++}, static_cast<std::size_t>(-1));
      records_.insert(records_.end(), std::make_move_iterator(records.begin()),
                      std::make_move_iterator(records.end()));
      at_ = records_.begin();
    }
  }

  RDD<T> rdd_;
  int partition_ = 0;
  core::RecordVector<owned_t<T>> records_;
  decltype(std::as_const(records_).begin()) at_ = records_.begin();
};

template <class T>
LocalIterator<T> RDD<T>::toLocalIterator() const {
  core::KeptRecord<owned_t<T>>();
  return LocalIterator<T>(*this);
}

}  // namespace millrace
