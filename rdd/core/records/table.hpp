#pragma once

#include <millrace/base/flat_map.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/text_arena.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// A keyed table: key → V. The map-side combine, the result of a shuffle, windows and states are all this. Iteration
/// goes in hash order, the same for every table of the same key type. Keys it holds borrow nothing from outside.
template <class K, class V>
class Table {
 public:
  using Form = KeyForm<K>;
  using Stored = typename Form::Stored;
  struct StoredHash {
    std::uint64_t operator()(const Stored& key) const { return Form::hash(key); }
  };
  struct StoredEqual {
    bool operator()(const Stored& a, const Stored& b) const { return Form::equal(a, b); }
  };
  using Map = FlatMap<Stored, V, StoredHash, StoredEqual>;
  using iterator = typename Map::iterator;
  using const_iterator = typename Map::const_iterator;

  Table() = default;
  Table(Table&&) noexcept = default;
  Table& operator=(Table&&) noexcept = default;

  std::size_t size() const { return map_.size(); }
  bool empty() const { return map_.empty(); }
  /// Room for so many entries at least; never less than there is.
  void reserve(std::size_t entries) { map_.reserve(entries); }
  std::size_t bytes() const { return map_.bytes() + arena_.bytes(); }

  const_iterator begin() const { return map_.begin(); }
  const_iterator end() const { return map_.end(); }
  iterator begin() { return map_.begin(); }
  iterator end() { return map_.end(); }

  V* find(const Stored& key) { return find(key, Form::hash(key)); }
  const V* find(const Stored& key) const {
    const auto* entry = map_.find(key);
    return entry == nullptr ? nullptr : &entry->second;
  }
  /// The same for a key whose hash is known, or for which there is a Hint.
  template <class Known>
  V* find(const Stored& key, const Known& known) {
    auto* entry = map_.find(key, known);
    return entry == nullptr ? nullptr : &entry->second;
  }

  /// Finds the entry of `key`, or adds it with the value that `make()` gives; then, only for an entry that was there,
  /// calls `update(V&)`. True if the entry is new.
  template <class Make, class Update>
  bool upsert(const Stored& key, Make&& make, Update&& update) {
    return upsert(key, Form::hash(key), make, update);
  }
  template <class Known, class Make, class Update>
  bool upsert(const Stored& key, const Known& known, Make&& make, Update&& update) {
    auto [entry, added] = map_.findOrAdd(key, known, make);
    if (!added) {
      update(entry->second);
      return false;
    }
    if constexpr (Form::kNeedsArena) Form::keep(entry->first, arena_);
    return true;
  }

  /// Calls `visit(record, probe, hint)` for each pair of a range, in order: `probe` is its key in the form that
  /// searches take, `hint` makes the search quicker. By then, what the search will touch is being fetched into the
  /// cache: a table larger than the cache is searched two to three times faster.
  template <class Pairs, class Visit>
  void visitAhead(Pairs&& records, Visit visit) {
    constexpr std::size_t kAhead = 64;
    std::array<Hint, kAhead> hints;
    Probes<decltype(Form::probe(std::begin(records)->first)), kAhead> probes;
    auto from = std::begin(records), to = from;
    const auto end = std::end(records);
    while (to != end) {
      const bool fetchEntries = map_.bytes() > kCachedBytes;
      const bool fetchTags = map_.tagBytes() > kCachedBytes;
      std::size_t some = 0;
      for (; some < kAhead && to != end; ++some, ++to) {
        hints[some] = {Form::hash(probes.make(some, to->first)), Hint::kNoSlot};
        if (fetchTags) map_.fetchTags(hints[some].hash);
      }
      for (std::size_t i = 0; fetchEntries && i < some; ++i) hints[i].slot = map_.fetchEntry(hints[i].hash);
      for (std::size_t i = 0; i < some; ++i, ++from) visit(*from, probes.get(i, from->first), hints[i]);
    }
  }

  void erase(iterator at) {
    forget(at->first);
    map_.erase(at);
  }
  void erase(const Stored& key) {
    if (auto* entry = map_.find(key)) {
      forget(entry->first);
      map_.erase(entry);
    }
  }

  /// A copy that shares no memory with this table. Text of erased keys is left behind.
  Table copy() const
    requires std::copy_constructible<V>
  {
    Table to;
    to.reserve(size());
    for (const auto& [key, value] : map_)
      to.upsert(
          key, [&] { return value; }, [](V&) {});
    return to;
  }

  /// Frees the text of erased keys once it is half of all text (and 1 MiB at least), and the room of erased entries once it is
  /// most of all room. Owners of long-lived tables call it now and then.
  void compact() {
    map_.shrink();
    if (dead_ < kCompactBytes || dead_ < arena_.bytes() / 2) return;
    Table to;
    to.reserve(size());
    for (auto&& [key, value] : map_)
      to.upsert(
          key, [&] { return std::move(value); }, [](V&) {});
    *this = std::move(to);
  }

  /// Gives away the memory in which long keys lie; afterwards only `clear` and the destructor may be called.
  TextArena takeTexts() { return std::move(arena_); }

  void clear() {
    map_.clear();
    arena_.clear();
    dead_ = 0;
  }

 private:
  static constexpr std::size_t kCompactBytes = std::size_t{1} << 20;
  static constexpr std::size_t kCachedBytes = std::size_t{256} << 10;

  /// The probes of the records that visitAhead is working on, kept between hashing and searching; or made again where
  /// that costs nothing.
  template <class Probe, std::size_t kCount>
  struct Probes {
    static Probe make(std::size_t, auto& key) { return Form::probe(key); }
    static Probe get(std::size_t, auto& key) { return Form::probe(key); }
  };
  template <class Probe, std::size_t kCount>
    requires(!std::is_reference_v<Probe> && std::is_trivially_destructible_v<Probe>)
  struct Probes<Probe, kCount> {
    Probes() {}
    const Probe& make(std::size_t at, auto& key) { return *std::construct_at(kept + at, Form::probe(key)); }
    const Probe& get(std::size_t at, auto&) const { return kept[at]; }
    union {
      Probe kept[kCount];
    };
  };

  void forget(const Stored& key) {
    if constexpr (Form::kNeedsArena) dead_ += key.isInline() ? 0 : key.size();
  }

  Map map_;
  TextArena arena_;
  std::size_t dead_ = 0;
};

}  // namespace millrace::core
