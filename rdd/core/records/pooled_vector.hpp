#pragma once

#include <millrace/base/memory_pool.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

namespace millrace::core {

/// A vector of bools that lie in memory one by one: chunks point to records, and the bits of std::vector<bool> cannot be
/// pointed to.
template <class Allocator>
class BoolVector {
 public:
  using value_type = bool;

  BoolVector() = default;
  template <class Iterator>
  BoolVector(Iterator first, Iterator last) {
    insert(end(), first, last);
  }

  std::size_t size() const { return flags_.size(); }
  bool empty() const { return flags_.empty(); }
  std::size_t capacity() const { return flags_.capacity(); }
  void reserve(std::size_t count) { flags_.reserve(count); }
  void resize(std::size_t count) { flags_.resize(count); }
  void clear() { flags_.clear(); }

  bool* data() { return reinterpret_cast<bool*>(flags_.data()); }
  const bool* data() const { return reinterpret_cast<const bool*>(flags_.data()); }
  bool* begin() { return data(); }
  const bool* begin() const { return data(); }
  bool* end() { return data() + size(); }
  const bool* end() const { return data() + size(); }
  bool& operator[](std::size_t i) { return data()[i]; }
  bool operator[](std::size_t i) const { return data()[i]; }
  bool& front() { return *data(); }
  bool& back() { return data()[size() - 1]; }

  void push_back(bool value) { flags_.push_back(Flag{value}); }
  template <class From>
  void emplace_back(From&& from) {
    push_back(static_cast<bool>(from));
  }
  template <class Iterator>
  void insert(const bool* at, Iterator first, Iterator last) {
    const auto place = flags_.begin() + (at - data());
    if constexpr (std::is_convertible_v<Iterator, const bool*>) {
      const auto* flags = reinterpret_cast<const Flag*>(static_cast<const bool*>(first));
      flags_.insert(place, flags, flags + (last - first));
    } else {
      std::vector<Flag> flags;
      for (; first != last; ++first) flags.push_back(Flag{static_cast<bool>(*first)});
      flags_.insert(place, flags.begin(), flags.end());
    }
  }
  /// Takes out those from `first` on.
  void erase(const bool* first, const bool* last) {
    flags_.erase(flags_.begin() + (first - data()), flags_.begin() + (last - data()));
  }

 private:
  struct Flag {
    bool value = false;
  };
  static_assert(sizeof(Flag) == sizeof(bool));

  std::vector<Flag, typename std::allocator_traits<Allocator>::template rebind_alloc<Flag>> flags_;
};

template <class T, class Allocator>
struct RecordVectorOf {
  using type = std::vector<T, Allocator>;
};
template <class Allocator>
struct RecordVectorOf<bool, Allocator> {
  using type = BoolVector<Allocator>;
};

/// A std::vector whose elements can be pointed to, whatever T is.
template <class T, class Allocator = std::allocator<T>>
using RecordVector = typename RecordVectorOf<T, Allocator>::type;

/// The same in pooled memory.
template <class T>
using PooledVector = RecordVector<T, PoolAllocator<T>>;

/// The records in the form in which programs get them.
template <class T>
std::vector<T> asVector(std::vector<T> records) {
  return records;
}
template <class Allocator>
std::vector<bool> asVector(const BoolVector<Allocator>& records) {
  return std::vector<bool>(records.begin(), records.end());
}

}  // namespace millrace::core
