#pragma once

#include <cstddef>
#include <iterator>

namespace millrace::core {

/// A range of one record, several times or not at all. It borrows the record.
template <class T>
class Repeats {
 public:
  class iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    iterator(const T& record, int left) : record_(&record), left_(left) {}
    T operator*() const { return *record_; }
    iterator& operator++() {
      --left_;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return left_ == 0; }

   private:
    const T* record_ = nullptr;
    int left_ = 0;
  };

  Repeats(const T& record, int times) : record_(&record), times_(times) {}

  iterator begin() const { return iterator(*record_, times_); }
  std::default_sentinel_t end() const { return {}; }

 private:
  const T* record_;
  int times_;
};

}  // namespace millrace::core
