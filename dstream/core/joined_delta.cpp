#include <millrace/base/byte_archive.hpp>
#include <millrace/base/error.hpp>
#include <millrace/dstream/core/joined_delta.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

/// Gives what it is told to another sink, as entries of one kind.
class KindSink final : public DeltaSink {
 public:
  KindSink(DeltaSink& to, KeptKind kind) : to_(to), key_(1, static_cast<char>(kind)) {}
  void put(std::string_view key, std::string_view value) override { to_.put(keyOf(key), value); }
  void remove(std::string_view key) override { to_.remove(keyOf(key)); }

 private:
  std::string_view keyOf(std::string_view key) {
    key_.resize(1);
    return key_.append(key);
  }

  DeltaSink& to_;
  std::string key_;
};

class TimeDelta final : public StateDelta {
 public:
  explicit TimeDelta(Time time) : time_(time) {}
  void writeTo(DeltaSink& sink) const override {
    ByteWriter value;
    value.raw(time_.milliseconds());
    sink.put({}, value.written());
  }
  std::size_t changes() const override { return 1; }
  bool isWhole() const override { return false; }

 private:
  const Time time_;
};

/// Changes of several kinds.
class JoinedDelta final : public StateDelta {
 public:
  void add(KeptKind kind, StateDeltaPtr delta) {
    if (delta) deltas_.emplace_back(kind, std::move(delta));
  }
  bool isEmpty() const { return deltas_.empty(); }

  void writeTo(DeltaSink& sink) const override {
    for (const auto& [kind, delta] : deltas_) {
      KindSink ofKind(sink, kind);
      delta->writeTo(ofKind);
    }
  }
  std::size_t changes() const override {
    std::size_t changes = 0;
    for (const auto& [kind, delta] : deltas_) changes += delta->changes();
    return changes;
  }
  /// All kinds are whole in the first cut, but for the time, which always is.
  bool isWhole() const override {
    return std::ranges::any_of(deltas_, [](const auto& part) { return part.second->isWhole(); });
  }

 private:
  std::vector<std::pair<KeptKind, StateDeltaPtr>> deltas_;
};

using TakeKept = FunctionRef<void(KeptKind kind, std::string_view key, std::string_view value)>;

class KeptReader final : public DeltaSink {
 public:
  explicit KeptReader(TakeKept take) : take_(take) {}
  void put(std::string_view key, std::string_view value) override {
    if (key.empty()) throw BadRecord("an entry of a state that was kept has no key");
    take_(static_cast<KeptKind>(key.front()), key.substr(1), value);
  }
  void remove(std::string_view) override {}

 private:
  TakeKept take_;
};

}  // namespace

StateDeltaPtr joinedDelta(StateDeltaPtr tables, StateDeltaPtr batches, std::optional<Time> movedTo) {
  auto joined = std::make_shared<JoinedDelta>();
  joined->add(KeptKind::kTable, std::move(tables));
  joined->add(KeptKind::kBatch, std::move(batches));
  if (movedTo) joined->add(KeptKind::kTime, std::make_shared<TimeDelta>(*movedTo));
  return joined->isEmpty() ? nullptr : joined;
}

Time readTime(std::string_view value) { return Time(ByteReader(value).raw<std::int64_t>()); }

void readKept(const StateDelta& kept, TakeKept take) {
  KeptReader reader(take);
  kept.writeTo(reader);
}

}  // namespace millrace::core
