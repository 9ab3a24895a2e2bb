#pragma once

#include <millrace/rdd/actions/partition_results.hpp>
#include <millrace/rdd/core/records/stable_sort.hpp>
#include <millrace/rdd/rdd.hpp>

#include <algorithm>
#include <concepts>
#include <functional>
#include <iterator>

namespace millrace {

namespace core {

/// Keeps the first `most` records in the order `less`, as a heap with the last of them on top.
template <class T, class Less>
class FirstInOrder {
 public:
  using Record = owned_t<T>;
  FirstInOrder(std::size_t most, Less less) : most_(most), less_(std::move(less)) {}

  void add(const T& record) {
    if (kept_.size() < most_) {
      kept_.push_back(own(record));
      std::push_heap(kept_.begin(), kept_.end(), less_);
    } else if (isBeforeLast(record)) {
      std::pop_heap(kept_.begin(), kept_.end(), less_);
      kept_.back() = own(record);
      std::push_heap(kept_.begin(), kept_.end(), less_);
    }
  }
  RecordVector<Record> take() { return std::move(kept_); }

 private:
  bool isBeforeLast(const T& record) {
    if constexpr (std::is_invocable_v<Less&, const T&, const Record&>) {
      return std::invoke(less_, record, std::as_const(kept_.front()));
    } else {
      return std::invoke(less_, own(record), std::as_const(kept_.front()));
    }
  }

  std::size_t most_;
  Less less_;
  RecordVector<Record> kept_;
};

/// An order the other way round.
template <class Less>
struct Backwards {
  template <class A, class B>
    requires std::invocable<Less&, const B&, const A&>
  bool operator()(const A& a, const B& b) {
    return std::invoke(less, b, a);
  }

  Less less;
};
template <class Less>
Backwards(Less) -> Backwards<Less>;  // Clang 16 deduces no aggregates

template <class T, class Less>
std::vector<owned_t<T>> firstInOrder(const RDD<T>& rdd, std::string_view kind, int n, const Less& less) {
  if (n <= 0) return {};
  const auto most = static_cast<std::size_t>(n);
  auto parts = partitionResults(rdd, kind, [most, less](Reader<T>& reader) {
    FirstInOrder<T, Less> first(most, less);
    for (auto chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
      for (const T& record : chunk) first.add(record);
    }
    return first.take();
  });
  RecordVector<owned_t<T>> all;
  for (auto& part : parts)
    all.insert(all.end(), std::make_move_iterator(part->begin()), std::make_move_iterator(part->end()));
  stableSort(all, less);
  if (all.size() > most) all.erase(all.begin() + n, all.end());
  return asVector(std::move(all));
}

}  // namespace core

template <class T>
template <class Less>
  requires RecordOrder<Less, T>
std::vector<owned_t<T>> RDD<T>::takeOrdered(int n, Less less) const {
  core::KeptRecord<owned_t<T>>();
  return core::firstInOrder(*this, "takeOrdered", n, core::orderFor<owned_t<T>>(std::move(less)));
}

template <class T>
template <class Less>
  requires RecordOrder<Less, T>
std::vector<owned_t<T>> RDD<T>::top(int n, Less less) const {
  core::KeptRecord<owned_t<T>>();
  return core::firstInOrder(*this, "top", n, core::Backwards{core::orderFor<owned_t<T>>(std::move(less))});
}

}  // namespace millrace
