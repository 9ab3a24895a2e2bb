#pragma once

#include <millrace/base/memory_pool.hpp>
#include <millrace/base/slot_group.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// Where a search for a key begins: its hash, and the slot in which its entry seemed to lie when that was fetched. The slot
/// is checked before it is believed, for the map may change in between.
struct Hint {
  static constexpr std::size_t kNoSlot = ~std::size_t{0};

  std::uint64_t hash;
  std::size_t slot;
};

/// The one hash table: open addressing in groups of 16 slots, whose tags are compared at once. It is our own for two
/// things that libraries keep to themselves: hashes computed once serve several steps, and what a search will need can be
/// fetched into the cache before (`fetchTags`, `fetchEntry`), which makes searches in a table beyond the cache two to three
/// times faster. Entries lie in the order of their hashes' high bits, nearly: merging one table into another walks both
/// memories forward. `H` must avalanche. Pointers to entries hold until the next insertion.
///
/// As with C++23's std::flat_map, iterators show pairs of references, the key's a constant one. Who has the entry itself may
/// put an equal key in its key's place: a table does so with a text that it has to keep.
template <class K, class V, class H>
class FlatMap {
 public:
  /// An aggregate, so that a value can be made in its place whatever it can be converted from.
  struct Entry {
    K first;
    V second;
  };

  template <class Value>
  class Iterator;
  using iterator = Iterator<V>;
  using const_iterator = Iterator<const V>;

  FlatMap() = default;
  FlatMap(FlatMap&& other) noexcept { swap(other); }
  FlatMap(const FlatMap& other) : FlatMap() {
    reserve(other.size());
    for (auto at = other.begin(), last = other.end(); at != last; ++at) {
      const Entry& entry = *at.entry();
      place(hashOf(entry.first), [&] { return entry; });
    }
  }
  FlatMap& operator=(FlatMap other) noexcept {
    swap(other);
    return *this;
  }
  ~FlatMap() {
    destroyAll();
    if (entries_ != nullptr) Memory().deallocate(memory(), pieces(groupMask_ + 1));
  }
  void swap(FlatMap& other) noexcept {
    std::swap(entries_, other.entries_);
    std::swap(groups_, other.groups_);
    std::swap(groupMask_, other.groupMask_);
    std::swap(shift_, other.shift_);
    std::swap(size_, other.size_);
    std::swap(room_, other.room_);
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t tagBytes() const { return (groupMask_ + 1) * sizeof(SlotGroup); }
  std::size_t bytes() const { return entries_ == nullptr ? 0 : pieces(groupMask_ + 1) * sizeof(Piece); }

  iterator begin() { return first<iterator>(); }
  iterator end() { return iterator(groups_ + groupMask_ + 1, nullptr); }
  const_iterator begin() const { return first<const_iterator>(); }
  const_iterator end() const { return const_iterator(groups_ + groupMask_ + 1, nullptr); }

  static std::uint64_t hashOf(const K& key) { return static_cast<std::uint64_t>(H{}(key)); }

  /// Room for so many entries at least; never less than there is.
  void reserve(std::size_t entries) {
    if (entries > size_ + room_) rehash(groupsFor(entries));
  }

  Entry* find(const K& key) { return find(key, hashOf(key)); }
  const Entry* find(const K& key) const { return find(key, hashOf(key)); }
  Entry* find(const K& key, const Hint& hint) const {
    Entry* entry = likely(key, hint.slot);
    return entry != nullptr ? entry : find(key, hint.hash);
  }
  Entry* find(const K& key, std::uint64_t hash) const {
    const unsigned tag = SlotGroup::tagOf(hash);
    std::size_t at = home(hash);
    for (std::size_t step = 1;; ++step) {
      const SlotGroup& group = groups_[at];
      for (unsigned like = group.having(tag); like != 0; like &= like - 1) {
        Entry* entry = entryAt(at, static_cast<std::size_t>(std::countr_zero(like)));
        if (entry->first == key) [[likely]]
          return entry;
      }
      if (group.hasFree()) [[likely]]
        return nullptr;
      at = next(at, step);
    }
  }

  /// The entry of `key`, made of it and of what `make()` gives if there is none; and whether it was made.
  template <class Make>
  std::pair<Entry*, bool> findOrAdd(const K& key, const Hint& hint, Make&& make) {
    if (Entry* known = likely(key, hint.slot)) return {known, false};
    return findOrAdd(key, hint.hash, make);
  }
  template <class Make>
  std::pair<Entry*, bool> findOrAdd(const K& key, std::uint64_t hash, Make&& make) {
    if (Entry* known = find(key, hash)) return {known, false};
    return {place(hash, [&] { return Entry{key, make()}; }), true};
  }
  V& operator[](const K& key) {
    return findOrAdd(key, hashOf(key), [] { return V(); }).first->second;
  }

  void erase(iterator at) { erase(at.entry()); }
  void erase(const Entry* entry) {
    const auto slot = static_cast<std::size_t>(entry - entries_);
    SlotGroup& group = groups_[slot / SlotGroup::kSlots];
    const bool passed = !group.hasFree();
    std::destroy_at(entry);
    group.mark(slot % SlotGroup::kSlots, passed ? SlotGroup::kErased : SlotGroup::kFree);
    if (!passed) ++room_;
    --size_;
  }

  void clear() {
    destroyAll();
    if (entries_ == nullptr) return;
    std::fill_n(groups_, groupMask_ + 1, SlotGroup());
    size_ = 0;
    room_ = mostIn(groupMask_ + 1);
  }

  /// Brings to the cache what tells where an entry with this hash lies; nothing waits for it.
  void fetchTags(std::uint64_t hash) const { fetch(groups_ + home(hash)); }
  /// Brings to the cache the entry with this hash if there is one, and tells its slot, or where it would be put. Reads the
  /// tags. The map must have held something.
  std::size_t fetchEntry(std::uint64_t hash) const {
    const std::size_t at = home(hash);
    unsigned slots = groups_[at].having(SlotGroup::tagOf(hash));
    if (slots == 0) [[unlikely]]
      slots = groups_[at].unused() | 1U << (SlotGroup::kSlots - 1);
    const std::size_t slot = at * SlotGroup::kSlots + static_cast<std::size_t>(std::countr_zero(slots));
    const auto* entry = reinterpret_cast<const char*>(entries_ + slot);
    fetch(entry);
    fetch(entry + sizeof(Entry) - 1);
    return slot;
  }

 private:
  static constexpr std::size_t kAlignment = std::max(alignof(Entry), alignof(SlotGroup));
  struct alignas(kAlignment) Piece {
    std::byte bytes[kAlignment];
  };
  using Memory = PoolAllocator<Piece>;

  /// What a map without memory looks like: one group without room, and what ends iteration.
  static SlotGroup* noGroups() {
    static constexpr SlotGroup kNone[2] = {{}, kEnd};
    return const_cast<SlotGroup*>(kNone);
  }
  static constexpr SlotGroup kEnd{{0xff}};

  static constexpr std::size_t mostIn(std::size_t groups) { return groups * (SlotGroup::kSlots * 7 / 8); }
  static std::size_t groupsFor(std::size_t entries) {
    return std::bit_ceil((entries + mostIn(1) - 1) / mostIn(1));
  }
  /// Entries, their tags, and one group that ends iteration.
  static std::size_t pieces(std::size_t groups) {
    const std::size_t bytes = groups * SlotGroup::kSlots * sizeof(Entry) + (groups + 1) * sizeof(SlotGroup);
    return (bytes + sizeof(Piece) - 1) / sizeof(Piece);
  }
  Piece* memory() const { return reinterpret_cast<Piece*>(entries_); }

  template <class At>
  At first() const {
    if (empty()) return At(groups_ + groupMask_ + 1, nullptr);
    At at(groups_, entries_);
    at.left_ = groups_->used();
    if (at.left_ == 0) at.nextGroup();
    return at;
  }

  /// To the second-level cache, on purpose: processors let twice as many of these be on their way as of those to the first
  /// (updates of ten million states take half the time with this), and the first has no room for all that is asked ahead.
  static void fetch(const void* address) { __builtin_prefetch(address, 0, 2); }

  std::size_t home(std::uint64_t hash) const { return hash >> 1 >> shift_; }
  /// The next group of a search: steps grow, so that crowded regions are left soon; all groups are met.
  std::size_t next(std::size_t at, std::size_t step) const { return (at + step) & groupMask_; }
  Entry* entryAt(std::size_t group, std::size_t slot) const {
    return entries_ + group * SlotGroup::kSlots + slot;
  }

  /// The entry in a slot if it is that of `key`.
  Entry* likely(const K& key, std::size_t slot) const {
    const std::size_t group = slot / SlotGroup::kSlots;
    if (group > groupMask_ || !groups_[group].isUsed(slot % SlotGroup::kSlots)) return nullptr;
    return entries_[slot].first == key ? entries_ + slot : nullptr;
  }

  /// Puts the entry that `make()` gives, whose key is not there, where a search finds it.
  template <class Make>
  Entry* place(std::uint64_t hash, Make&& make) {
    std::size_t at = unusedFor(hash);
    if (room_ == 0 && groups_[at].having(SlotGroup::kErased) == 0) {
      grow();
      at = unusedFor(hash);
    }
    SlotGroup& group = groups_[at];
    const auto slot = static_cast<std::size_t>(std::countr_zero(group.unused()));
    auto* entry = ::new (static_cast<void*>(entryAt(at, slot))) Entry(make());
    if (group.tags[slot] == SlotGroup::kFree) --room_;
    group.mark(slot, SlotGroup::tagOf(hash));
    ++size_;
    return entry;
  }
  std::size_t unusedFor(std::uint64_t hash) const {
    std::size_t at = home(hash);
    for (std::size_t step = 1; groups_[at].unused() == 0; ++step) at = next(at, step);
    return at;
  }

  /// Erased slots that are still searched past are room, too, once all entries are placed anew.
  void grow() {
    const std::size_t groups = groupMask_ + 1;
    if (entries_ == nullptr) return rehash(1);
    rehash(size_ > mostIn(groups) / 2 ? 2 * groups : groups);
  }
  void rehash(std::size_t groups) {
    FlatMap to;
    to.allocate(groups);
    for (auto at = begin(), last = end(); at != last; ++at) {
      Entry& entry = *at.entry();
      to.place(hashOf(entry.first), [&] { return std::move(entry); });
    }
    swap(to);
  }
  void allocate(std::size_t groups) {
    Piece* memory = Memory().allocate(pieces(groups));
    entries_ = reinterpret_cast<Entry*>(memory);
    groups_ = reinterpret_cast<SlotGroup*>(entries_ + groups * SlotGroup::kSlots);
    std::uninitialized_fill_n(groups_, groups, SlotGroup());
    std::construct_at(groups_ + groups, kEnd);
    groupMask_ = groups - 1;
    shift_ = 63 - std::countr_zero(groups);
    room_ = mostIn(groups);
  }
  void destroyAll() {
    if constexpr (!std::is_trivially_destructible_v<Entry>) {
      for (auto at = begin(), last = end(); at != last; ++at) std::destroy_at(at.entry());
    }
  }

  Entry* entries_ = nullptr;
  SlotGroup* groups_ = noGroups();
  std::size_t groupMask_ = 0;
  /// Of a hash without its lowest bit, to the number of a group.
  int shift_ = 63;
  std::size_t size_ = 0;
  /// How many more free slots may be used before the map has to grow.
  std::size_t room_ = 0;
};

/// Goes over the entries. Erasing one does not disturb an iterator that is past it.
template <class K, class V, class H>
template <class Value>
class FlatMap<K, V, H>::Iterator {
 public:
  using value_type = std::pair<K, V>;
  using reference = std::pair<const K&, Value&>;
  struct Arrow {
    const reference* operator->() const { return &shown; }
    reference shown;
  };
  using pointer = Arrow;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;

  Iterator() = default;
  reference operator*() const { return {entry()->first, entry()->second}; }
  Arrow operator->() const { return {**this}; }
  Iterator& operator++() {
    left_ &= left_ - 1;
    if (left_ == 0) nextGroup();
    return *this;
  }
  Iterator operator++(int) {
    Iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const Iterator& a, const Iterator& b) {
    return a.group_ == b.group_ && a.left_ == b.left_;
  }

 private:
  friend FlatMap;
  Iterator(const SlotGroup* group, Entry* entries) : group_(group), entries_(entries) {}
  Entry* entry() const { return entries_ + std::countr_zero(left_); }
  void nextGroup() {
    do {
      ++group_;
      entries_ += SlotGroup::kSlots;
      fetchAhead();
      left_ = group_->used();
    } while (left_ == 0);
  }
  /// Entries lie one behind the other, but the processor follows a stream only to the end of its page, and not across what a
  /// visitor does with an entry: a pass over a table beyond the cache takes a third of the time with this.
  void fetchAhead() const {
    constexpr std::size_t kGroupBytes = SlotGroup::kSlots * sizeof(Entry), kGroupsAhead = 8, kLine = 64;
    const auto from = reinterpret_cast<std::uintptr_t>(entries_) + kGroupsAhead * kGroupBytes;
    for (std::size_t at = 0; at < kGroupBytes; at += kLine)
      __builtin_prefetch(reinterpret_cast<const void*>(from + at));
  }

  const SlotGroup* group_ = nullptr;
  Entry* entries_ = nullptr;
  /// The entries of this group that are still to come, the one shown included; of the end, what ends iteration.
  unsigned left_ = 1;
};

}  // namespace millrace::core
