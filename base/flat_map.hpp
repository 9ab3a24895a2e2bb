#pragma once

#include <millrace/base/memory_pool.hpp>
#include <millrace/base/natural_order.hpp>
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

/// What helps a later search for a key: its hash, and the slot in which its entry seemed to lie when that was fetched
/// into the cache. The search checks the slot, since the map may have changed meanwhile.
struct Hint {
  static constexpr std::size_t kNoSlot = ~std::size_t{0};

  std::uint64_t hash;
  std::size_t slot;
};

/// The library's hash table: open addressing in groups of 16 slots, whose tags are compared at once. It is our own for
/// two things that tables of libraries do not offer: a hash that is computed once serves several calls, and callers can
/// have fetched into the cache what a later search will touch (`fetchTags`, `fetchEntry`), which makes searches in a
/// table larger than the cache two to three times faster. Entries lie nearly in the order of their hashes' high bits,
/// so merging one table into another reads both forward. `H` must avalanche: every bit of a hash depends on every bit
/// of the key. Pointers to entries are valid until the next insertion or `shrink`.
///
/// As with C++23's std::flat_map, an iterator shows a pair of references, of which the key's is constant. Whoever has the
/// entry itself may put an equal key in its key's place: a table does so with a text that it has to keep.
template <class K, class V, class H, class E = NaturalEqual>
class FlatMap {
 public:
  /// An aggregate, so that the value is constructed in its place from whatever converts to it.
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
  /// Gives back most of the room if less than an eighth of it is used. A small map keeps all.
  void shrink() {
    constexpr std::size_t kSmall = 64;
    const std::size_t groups = groupMask_ + 1;
    if (groups > kSmall && size_ < mostIn(groups) / 8) rehash(std::max(groupsFor(2 * size_), kSmall));
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
        if (E{}(entry->first, key)) [[likely]]
          return entry;
      }
      if (group.hasFree()) [[likely]]
        return nullptr;
      at = next(at, step);
    }
  }

  /// The entry of `key`, and whether it is new: a key without one gets an entry with the value that `make()` gives.
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

  /// Starts fetching into the cache the tags at which a search for this hash begins. Does not wait for them.
  void fetchTags(std::uint64_t hash) const { fetch(groups_ + home(hash)); }
  /// Reads those tags and starts fetching into the cache the entry that seems to have this hash, or else the slot where
  /// it would be put. Returns the slot. The map must have memory, from an entry or from reserve.
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

  /// The groups of a map without memory: one of which no slot is used, and the one that ends iteration.
  static SlotGroup* noGroups() {
    static constexpr SlotGroup kNone[2] = {{}, kEnd};
    return const_cast<SlotGroup*>(kNone);
  }
  static constexpr SlotGroup kEnd{{0xff}};

  static constexpr std::size_t mostIn(std::size_t groups) { return groups * (SlotGroup::kSlots * 7 / 8); }
  static std::size_t groupsFor(std::size_t entries) {
    return std::bit_ceil((entries + mostIn(1) - 1) / mostIn(1));
  }
  /// How many Pieces hold the entries of so many groups, their tags, and one more group of tags, which ends iteration.
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

  /// Into the second-level cache, on purpose: a processor can have twice as many such fetches under way as into the
  /// first (updates of ten million states take half the time with this), and the first has no room for all that is
  /// fetched ahead.
  static void fetch(const void* address) { __builtin_prefetch(address, 0, 2); }

  std::size_t home(std::uint64_t hash) const { return hash >> 1 >> shift_; }
  /// The next group of a search. Steps grow, so that a search leaves crowded regions soon; it meets all groups.
  std::size_t next(std::size_t at, std::size_t step) const { return (at + step) & groupMask_; }
  Entry* entryAt(std::size_t group, std::size_t slot) const {
    return entries_ + group * SlotGroup::kSlots + slot;
  }

  /// The entry in `slot` if that is the one of `key`, else null.
  Entry* likely(const K& key, std::size_t slot) const {
    const std::size_t group = slot / SlotGroup::kSlots;
    if (group > groupMask_ || !groups_[group].isUsed(slot % SlotGroup::kSlots)) return nullptr;
    return E{}(entries_[slot].first, key) ? entries_ + slot : nullptr;
  }

  /// Constructs the entry that `make()` gives, where a search will find it. The map must not hold its key yet.
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

  /// Places all entries anew, which turns erased slots into free ones; into twice as many groups if entries, and not
  /// erased slots, take up most of the room.
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
  /// `hash >> 1 >> shift_` is the number of the hash's group.
  int shift_ = 63;
  std::size_t size_ = 0;
  /// How many more free slots may be used before the map has to grow.
  std::size_t room_ = 0;
};

/// Iterates over the entries. An entry that an iterator has passed may be erased without disturbing it.
template <class K, class V, class H, class E>
template <class Value>
class FlatMap<K, V, H, E>::Iterator {
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
  /// Entries are contiguous, but the processor's own prefetching ends with the page, and when a visitor touches other
  /// memory. With this, a pass over a table larger than the cache takes a third of the time.
  void fetchAhead() const {
    constexpr std::size_t kGroupBytes = SlotGroup::kSlots * sizeof(Entry), kGroupsAhead = 8, kLine = 64;
    const auto from = reinterpret_cast<std::uintptr_t>(entries_) + kGroupsAhead * kGroupBytes;
    for (std::size_t at = 0; at < kGroupBytes; at += kLine)
      __builtin_prefetch(reinterpret_cast<const void*>(from + at));
  }

  const SlotGroup* group_ = nullptr;
  Entry* entries_ = nullptr;
  /// The slots of this group whose entries are still to come, the current one included; at the end, that of the tag in
  /// kEnd.
  unsigned left_ = 1;
};

}  // namespace millrace::core
