#pragma once

#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/shuffle/buckets.hpp>
#include <millrace/rdd/core/shuffle/entry_codec.hpp>
#include <millrace/rdd/core/shuffle/grouped_values.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/core/shuffle/shuffled_record.hpp>
#include <millrace/rdd/core/shuffle/spilling.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace::core {

/// The value of a record of which only the key matters.
struct Nothing {
  friend bool operator==(const Nothing&, const Nothing&) = default;
};

/// One side of a grouping: its records P, and what is stored of their values.
template <class P, class V = ValueOf<P>>
struct Side {
  using Record = P;
  using Value = V;

  /// The value in owned form, its insides moved out where nobody else will read the record.
  static V value(const P& record, bool movable) {
    if constexpr (std::is_same_v<V, Nothing>) {
      return {};
    } else if constexpr (kIsOwned<typename PairTraits<P>::Value>) {
      if (movable) return std::move(const_cast<P&>(record).second);
      return record.second;
    } else {
      return own(record.second);
    }
  }
};

/// What a map task wrote for one partition: its records as they came. Long keys lie in an arena that the files of the
/// task share.
template <class K, class V>
struct GroupFile final : ShuffleFile {
  std::size_t bytes() const override {
    std::size_t bytes = entries.capacity() * sizeof(entries[0]) + heldByEntries(entries);
    if (texts) bytes += texts->bytes() / static_cast<std::size_t>(texts.use_count());
    return bytes;
  }

  void write(const SpillBuckets& buckets, SpillWriter& to) const {
    for (const auto& [key, value] : entries)
      to.add(buckets.of(KeyForm<K>::hash(key)), [&](ByteWriter& bytes) { writeEntry<K>(bytes, key, value); });
  }
  static ShuffleFilePtr load(SpillReader& from) {
    auto file = std::make_unique<GroupFile>();
    file->texts = std::make_shared<TextArena>();
    file->entries = readEntries<K, V>(from, *file->texts);
    return file;
  }

  GroupEntries<K, V> entries;
  std::shared_ptr<TextArena> texts;
};

template <class K, class S>
class GroupWriter final : public ShuffleWriter {
 public:
  using P = typename S::Record;
  using File = GroupFile<K, typename S::Value>;
  using Form = KeyForm<K>;

  GroupWriter(Router<K> router, int outputs)
      : router_(std::move(router)), outputs_(outputs), files_(static_cast<std::size_t>(outputs)) {}

  bool take(ReaderBase& input) override {
    const Chunk<P> chunk = static_cast<Reader<P>&>(input).next();
    if (chunk.empty()) return false;
    for (const P& record : chunk) {
      typename Form::Stored key = Form::probe(record.first);
      Form::keep(key, texts_);
      auto& file = files_[router_(key, outputs_)];
      if (!file) file = std::make_unique<File>();
      const auto& entry = file->entries.emplace_back(std::move(key), S::value(record, chunk.movable));
      held_ += heldByEntry(entry.first, entry.second);
    }
    records_ += chunk.size;
    return true;
  }

  /// Vectors that grow have a third more room than they need.
  std::size_t bytes() const override {
    return records_ * sizeof(std::pair<typename Form::Stored, typename S::Value>) / 3 * 4 + held_ +
           texts_.bytes();
  }

  std::vector<ShuffleFilePtr> finish() override {
    auto texts = std::make_shared<TextArena>(std::move(texts_));
    for (auto& file : files_) {
      if (file) file->texts = texts;
    }
    records_ = held_ = 0;
    std::vector<ShuffleFilePtr> files(std::make_move_iterator(files_.begin()),
                                      std::make_move_iterator(files_.end()));
    return files;
  }

 private:
  Router<K> router_;
  int outputs_;
  std::vector<std::unique_ptr<File>> files_;
  TextArena texts_;
  std::size_t records_ = 0, held_ = 0;
};

/// A partition of groups: a table from key to the group's number, and per side the values of group after group. `Emit`
/// opens the reader that makes records of them, of the type Emit::Record<K, Vs...>.
template <class Emit, class K, class... Vs>
struct GroupBlock final : Block {
  using Key = K;

  ReaderPtr open() const override { return Emit::open(*this); }
  std::size_t records() const override { return groups.size(); }
  std::size_t bytes() const override {
    const std::size_t keys = groups.bytes() + heldByEntries(groups);
    return std::apply([&](const auto&... side) { return (keys + ... + side.bytes()); }, sides);
  }

  Table<K, std::size_t> groups;
  std::tuple<GroupedValues<Vs>...> sides;
};

/// Groups one region of the table after another.
template <class Emit, class K, class... Sides>
class GroupMerger final : public ShuffleMerger {
 public:
  using Result = GroupBlock<Emit, K, typename Sides::Value...>;

  void add(int side, ShuffleFilePtr base) override {
    eachSide([&]<std::size_t I>() {
      if (side != static_cast<int>(I)) return;
      auto& file = static_cast<GroupFile<K, ValueAt<I>>&>(*base);
      bytes_ += file.bytes();
      inputs<I>().add(std::move(file.entries));
      texts_.push_back(std::move(file.texts));
    });
  }

  /// All entries are moved once or twice, each time to other memory.
  std::size_t bytes() const override { return 2 * bytes_; }

  BlockPtr finish() override {
    auto block = std::make_shared<Result>();
    std::size_t entries = 0;
    eachSide([&]<std::size_t I>() {
      entries += inputs<I>().size();
      std::get<I>(block->sides).reserve(inputs<I>().size());
    });
    const Regions regions(entries);
    eachSide([&]<std::size_t I>() { inputs<I>().split(regions); });
    for (std::size_t region = 0; region < regions.count(); ++region) {
      const std::size_t first = block->groups.size();
      eachSide(
          [&]<std::size_t I>() { number(inputs<I>().region(region), block->groups, first, numbers_[I]); });
      if (region == 0) block->groups.reserve(block->groups.size() * regions.count());
      eachSide([&]<std::size_t I>() {
        std::get<I>(block->sides)
            .append(inputs<I>().region(region), numbers_[I], block->groups.size() - first);
        for (auto& part : inputs<I>().region(region)) part = {};
      });
    }
    return block;
  }

 private:
  template <std::size_t I>
  using ValueAt = typename std::tuple_element_t<I, std::tuple<Sides...>>::Value;
  template <std::size_t I>
  auto& inputs() {
    return std::get<I>(inputs_);
  }
  template <class Visit>
  static void eachSide(Visit visit) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit.template operator()<I>(), ...);
    }(std::index_sequence_for<Sides...>());
  }

  /// Gives in `numbers` the group of each entry, counted from `first`. A new key makes a new group.
  template <class Entries>
  static void number(std::span<Entries> parts, Table<K, std::size_t>& groups, std::size_t first,
                     auto& numbers) {
    numbers.clear();
    for (const auto& part : parts) {
      groups.visitAhead(part, [&](const auto&, const auto& key, const Hint& hint) {
        std::size_t group = groups.size();
        groups.upsert(
            key, hint, [&] { return group; }, [&](std::size_t known) { group = known; });
        numbers.push_back(static_cast<std::uint32_t>(group - first));
      });
    }
  }

  std::tuple<GroupInput<K, typename Sides::Value>...> inputs_;
  std::vector<std::uint32_t> numbers_[sizeof...(Sides)];
  std::vector<std::shared_ptr<TextArena>> texts_;
  std::size_t bytes_ = 0;
};

/// The shuffle of groupByKey, cogroup, the joins and what else brings together all values of a key, of one or several
/// sides. Nothing is combined before the shuffle. Values of a group stand in order of map task and place.
template <class Emit, class K, class... Sides>
class GroupSpec final : public ShuffleSpec, private Spilling {
 public:
  explicit GroupSpec(PartitionerPtr partitioner = nullptr) : router_(std::move(partitioner)) {}
  std::unique_ptr<ShuffleWriter> writer(int side, int outputs) const override {
    using Make = std::unique_ptr<ShuffleWriter> (*)(const Router<K>&, int);
    static constexpr Make kWriters[] = {
        [](const Router<K>& router, int count) -> std::unique_ptr<ShuffleWriter> {
          return std::make_unique<GroupWriter<K, Sides>>(router, count);
        }...};
    return kWriters[side](router_, outputs);
  }
  std::unique_ptr<ShuffleMerger> merger() const override {
    return std::make_unique<GroupMerger<Emit, K, Sides...>>();
  }
  const Spilling* spilling() const override { return kSpills ? this : nullptr; }

 private:
  static constexpr bool kSpills = (kCanSpill<K, typename Sides::Value> && ...);

  /// Calls `visit` with the type of value of this side.
  template <class Visit>
  static void ofSide(int side, Visit visit) {
    int at = 0;
    ((side == at++ ? visit(std::type_identity<typename Sides::Value>()) : void()), ...);
  }

  std::size_t buckets(int outputs) const override { return spillBucketsFor(outputs); }
  void write(int side, ShuffleFile& base, const SpillBuckets& buckets, SpillWriter& to) const override {
    ofSide(side, [&]<class V>(std::type_identity<V>) {
      if constexpr (kSpills) static_cast<GroupFile<K, V>&>(base).write(buckets, to);
    });
  }
  ShuffleFilePtr asFile(ShuffleMerger&) const override { return nullptr; }
  ShuffleFilePtr load(int side, SpillReader& from) const override {
    ShuffleFilePtr loaded;
    ofSide(side, [&]<class V>(std::type_identity<V>) {
      if constexpr (kSpills) loaded = GroupFile<K, V>::load(from);
    });
    return loaded;
  }
  std::unique_ptr<ShuffleMerger> bucketMerger() const override { return merger(); }
  BlockPtr open(ShuffleSpecPtr spec, SpilledPartition partition) const override {
    using Record = typename Emit::template Record<K, typename Sides::Value...>;
    return std::make_shared<SpilledBuckets<Record>>(std::move(spec), std::move(partition));
  }

  Router<K> router_;
};

/// A shuffle that groups RDDs by key.
template <class Emit, class K, class... Sides>
NodePtr groupNode(OperatorPtr info, std::vector<NodePtr> parents, PartitionerPtr partitioner) {
  auto spec = std::make_shared<GroupSpec<Emit, K, Sides...>>(partitioner);
  return shuffleNode(std::move(info), std::move(parents), std::move(spec), std::move(partitioner));
}

}  // namespace millrace::core
