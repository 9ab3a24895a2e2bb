#pragma once

#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace::core {

/// Divides many entries by regions of the table that will hold their keys, so that the work on one region stays in the
/// cache. Uses the hash bits by which tables place their entries.
class Regions {
 public:
  explicit Regions(std::size_t entries)
      : count_(entries <= 2 * kEntries ? 1 : std::min(kMost, std::bit_ceil(entries / kEntries))) {}
  std::size_t count() const { return count_; }
  std::size_t of(std::uint64_t hash) const { return static_cast<std::size_t>((hash >> 32) * count_ >> 32); }

 private:
  static constexpr std::size_t kEntries = std::size_t{32} << 10;
  static constexpr std::size_t kMost = 256;
  std::size_t count_;
};

template <class K, class V>
using GroupEntries = PooledVector<std::pair<typename KeyForm<K>::Stored, V>>;

/// The entries of one side of a grouping, in files in the order of map tasks; `split` sorts them by region, in which
/// entries of one key stay in order.
template <class K, class V>
class GroupInput {
 public:
  void add(GroupEntries<K, V> entries) {
    size_ += entries.size();
    parts_.push_back(std::move(entries));
  }
  std::size_t size() const { return size_; }

  void split(const Regions& regions) {
    if (regions.count() == 1) return;
    isSplit_ = true;
    std::vector<GroupEntries<K, V>> split(regions.count());
    for (auto& part : split) part.reserve(size_ / regions.count() * 17 / 16 + 8);
    for (auto& part : parts_) {
      for (auto& entry : part) split[regions.of(KeyForm<K>::hash(entry.first))].push_back(std::move(entry));
      part = {};
    }
    parts_ = std::move(split);
  }
  std::span<GroupEntries<K, V>> region(std::size_t number) {
    return isSplit_ ? std::span(&parts_[number], 1) : std::span(parts_);
  }

 private:
  std::vector<GroupEntries<K, V>> parts_;
  std::size_t size_ = 0;
  bool isSplit_ = false;
};

/// Lays out `groups` groups of values, one after another from place `first` on: group g gets as many places as
/// `numbers` contains g. Appends the ends of the groups to `ends`. Gives the first place of each group, counted from
/// `first`.
std::vector<std::size_t> placeGroups(const std::vector<std::uint32_t>& numbers, std::size_t groups,
                                     std::size_t first, PooledVector<std::size_t>& ends);

/// Values, group after group.
template <class V>
class GroupedValues {
 public:
  std::span<const V> of(std::size_t group) const {
    const std::size_t first = group == 0 ? 0 : ends_[group - 1];
    return {values_.data() + first, ends_[group] - first};
  }
  /// Start fetching into the cache where a group ends, and, once that has come, its values. Do not wait.
  void fetchPlace(std::size_t group) const { __builtin_prefetch(&ends_[group]); }
  void fetchValues(std::size_t group) const { __builtin_prefetch(of(group).data()); }
  std::size_t bytes() const { return bytesOf(values_) + ends_.capacity() * sizeof(std::size_t); }
  void reserve(std::size_t values) { values_.reserve(values); }

  /// Adds `groups` groups: the value of the i-th entry goes into group numbers[i]. Within a group the order stays.
  template <class Entries>
  void append(std::span<Entries> parts, const std::vector<std::uint32_t>& numbers, std::size_t groups) {
    const std::size_t first = values_.size();
    auto places = placeGroups(numbers, groups, first, ends_);
    if constexpr (std::is_trivially_copyable_v<V> && std::is_default_constructible_v<V>) {
      values_.resize(first + numbers.size());
      each(parts, numbers,
           [&](auto& value, std::uint32_t number) { values_[first + places[number]++] = value; });
    } else {
      std::vector<V*> order(numbers.size());
      each(parts, numbers, [&](auto& value, std::uint32_t number) { order[places[number]++] = &value; });
      for (V* value : order) values_.push_back(std::move(*value));
    }
  }

 private:
  template <class Entries, class Visit>
  static void each(std::span<Entries> parts, const std::vector<std::uint32_t>& numbers, Visit visit) {
    const std::uint32_t* number = numbers.data();
    for (auto& part : parts) {
      for (auto& entry : part) visit(entry.second, *number++);
    }
  }

  PooledVector<V> values_;
  PooledVector<std::size_t> ends_;
};

}  // namespace millrace::core
