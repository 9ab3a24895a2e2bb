#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/io/store/state_store.hpp>

#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core::stored {

using State = std::map<std::string, std::string>;

/// Changes that a test writes down.
class WrittenDelta final : public StateDelta {
 public:
  using Changes = std::map<std::string, std::optional<std::string>>;
  explicit WrittenDelta(Changes changes, bool isWhole = false)
      : changes_(std::move(changes)), isWhole_(isWhole) {}

  void writeTo(DeltaSink& sink) const override {
    for (const auto& [key, value] : changes_) value ? sink.put(key, *value) : sink.remove(key);
  }
  std::size_t changes() const override { return changes_.size(); }
  bool isWhole() const override { return isWhole_; }

 private:
  const Changes changes_;
  const bool isWhole_;
};

inline OperatorDelta delta(std::string name, int partition, WrittenDelta::Changes changes,
                           bool isWhole = false) {
  return {std::move(name), partition, std::make_shared<WrittenDelta>(std::move(changes), isWhole)};
}

inline Blob blob(std::string name, std::string content) {
  return {std::move(name), [content](std::ostream& out) { out << content; }};
}

/// Commits, and returns when it is durable or has failed and all merges are done.
inline CommitResult commitAndSettle(StateStore& store, StateCommit commit) {
  std::promise<CommitResult> made;
  store.commit(std::move(commit), [&](const CommitResult& result) { made.set_value(result); });
  CommitResult result = made.get_future().get();
  store.settle();
  return result;
}

inline State stateOf(const StateStore& store, std::string_view name, std::uint64_t version) {
  State state;
  store.load(name, version, [&](std::string_view key, std::string_view value) { state.emplace(key, value); });
  return state;
}

inline std::string blobOf(const StateStore& store, std::string_view name, std::uint64_t version) {
  std::string bytes;
  store.readBlob(name, version, [&](std::string_view piece) { bytes += piece; });
  return bytes;
}

/// Everything that a version holds.
struct Everything {
  std::string metadata;
  std::map<std::string, State> states;
  std::map<std::string, std::string> blobs;
  bool operator==(const Everything&) const = default;
};

/// What a small program commits: two operators, one of them whole now and then, and a window of three batches. It knows what
/// each version has to hold.
class StateProgram {
 public:
  static constexpr std::uint64_t kVersions = 6;

  StateProgram() {
    Everything now;
    for (std::uint64_t v = 1; v <= kVersions; ++v) {
      apply(now, v);
      expected_[v] = now;
    }
  }

  static StateStore::Settings settings() { return {0, 300, 400}; }

  /// Commits the versions from `first` on; two of them are kept. Returns the newest that was acknowledged.
  std::uint64_t run(StateStore& store, std::uint64_t first = 1) const {
    std::uint64_t acknowledged = first - 1;
    for (std::uint64_t v = first; v <= kVersions; ++v) {
      if (v > 1) store.keepFrom(v - 1);
      if (commitAndSettle(store, commitOf(v)).failure == nullptr) acknowledged = v;
    }
    return acknowledged;
  }

  const Everything& expected(std::uint64_t version) const { return expected_.at(version); }
  static Everything heldBy(const StateStore& store, std::uint64_t version, const Everything& like) {
    Everything held;
    held.metadata = store.metadata(version);
    for (const auto& [name, state] : like.states) held.states[name] = stateOf(store, name, version);
    for (const auto& [name, bytes] : like.blobs) held.blobs[name] = blobOf(store, name, version);
    return held;
  }

  static StateCommit commitOf(std::uint64_t v) {
    StateCommit commit{v, {}, "metadata " + std::to_string(v), {}};
    for (int partition = 0; partition < 2; ++partition)
      commit.deltas.push_back(delta("1 counts", partition, counts(v, partition)));
    for (int partition = 0; partition < 2; ++partition)
      commit.deltas.push_back(delta("2 sums", partition, sums(v, partition), v % 4 == 0));
    for (std::uint64_t b = v > 2 ? v - 2 : 1; b <= v; ++b) {
      Blob batch = blob("batch " + std::to_string(b), batchOf(b));
      if (b < v && b % 2 == 0) batch.write = nullptr;
      commit.blobs.push_back(std::move(batch));
    }
    return commit;
  }

 private:
  static std::string text(std::uint64_t v, std::uint64_t i) {
    return std::to_string(v) + std::string(i % 5, 'x');
  }
  static std::string batchOf(std::uint64_t v) { return "batch of " + std::to_string(v); }

  static WrittenDelta::Changes counts(std::uint64_t v, int partition) {
    WrittenDelta::Changes changes;
    for (std::uint64_t i = 0; i < 12; ++i)
      if (const std::uint64_t key = (v * 7 + i) % 40; key % 2 == static_cast<std::uint64_t>(partition))
        changes["key" + std::to_string(key)] = text(v, i);
    for (std::uint64_t i = 0; i < 4; ++i)
      if (const std::uint64_t key = (v * 5 + i) % 40; key % 2 == static_cast<std::uint64_t>(partition))
        changes["key" + std::to_string(key)] = std::nullopt;
    return changes;
  }
  static WrittenDelta::Changes sums(std::uint64_t v, int partition) {
    return {{"sum" + std::to_string(v) + std::to_string(partition), text(v, v)}};
  }

  static void apply(Everything& now, std::uint64_t v) {
    now.metadata = "metadata " + std::to_string(v);
    if (v % 4 == 0) now.states["2 sums"].clear();
    for (int partition = 0; partition < 2; ++partition) {
      for (const auto& [key, value] : counts(v, partition)) change(now.states["1 counts"], key, value);
      for (const auto& [key, value] : sums(v, partition)) change(now.states["2 sums"], key, value);
    }
    now.blobs["batch " + std::to_string(v)] = batchOf(v);
    if (v > 3) now.blobs.erase("batch " + std::to_string(v - 3));
  }
  static void change(State& state, const std::string& key, const std::optional<std::string>& value) {
    if (value)
      state[key] = *value;
    else
      state.erase(key);
  }

  std::map<std::uint64_t, Everything> expected_;
};

}  // namespace millrace::core::stored
