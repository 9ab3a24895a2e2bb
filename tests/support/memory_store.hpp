#pragma once

#include <millrace/dstream/core/cut.hpp>
#include <millrace/dstream/core/stream_graph.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::test {

/// Keeps the cuts of a program in memory. They are encoded when somebody asks for them: by then the states have moved on.
class MemoryStore final : public core::CutSink {
 public:
  using Entries = std::map<std::string, std::string>;
  struct Cut {
    Time time;
    std::vector<core::StatePart> parts;
  };

  explicit MemoryStore(std::function<bool(Time)> wanted = [](Time) { return true; })
      : wanted_(std::move(wanted)) {}

  bool wants(Time time) override { return wanted_(time); }
  void take(Time time, std::vector<core::StatePart> parts) override {
    std::lock_guard lock(mutex_);
    cuts_.push_back({time, std::move(parts)});
  }

  std::vector<Cut> cuts() const {
    std::lock_guard lock(mutex_);
    return cuts_;
  }
  /// What each operator held at a time: the sum of all cuts up to it.
  std::map<int, Entries> at(Time time) const {
    std::map<int, std::map<int, Entries>> byPartition;
    for (const Cut& cut : cuts()) {
      if (cut.time > time) continue;
      for (const core::StatePart& part : cut.parts) {
        Entries& entries = byPartition[part.state->id][part.partition];
        if (part.delta->isWhole()) entries.clear();
        Writer writer(entries);
        part.delta->writeTo(writer);
      }
    }
    std::map<int, Entries> all;
    for (const auto& [state, partitions] : byPartition) {
      for (const auto& [partition, entries] : partitions) all[state].insert(entries.begin(), entries.end());
    }
    return all;
  }

  /// What a program of the same streams as `graph`, a graph that was started, needs to go on after a time.
  core::Resumed resumed(const core::StreamGraph& graph, Time time) const {
    core::Resumed resumed{graph.zeroTime(), time, {}};
    const auto states = at(time);
    for (const core::StreamPtr& stream : graph.reachable()) {
      const auto state = states.find(stream->info()->id);
      if (state != states.end())
        resumed.states[state->first] = {stream->stateType(), std::make_shared<Kept>(state->second)};
    }
    return resumed;
  }

 private:
  class Writer final : public core::DeltaSink {
   public:
    explicit Writer(Entries& to) : to_(to) {}
    void put(std::string_view key, std::string_view value) override {
      to_.insert_or_assign(std::string(key), std::string(value));
    }
    void remove(std::string_view key) override { to_.erase(std::string(key)); }

   private:
    Entries& to_;
  };
  class Kept final : public core::StateDelta {
   public:
    explicit Kept(Entries entries) : entries_(std::move(entries)) {}
    void writeTo(core::DeltaSink& sink) const override {
      for (const auto& [key, value] : entries_) sink.put(key, value);
    }
    std::size_t changes() const override { return entries_.size(); }
    bool isWhole() const override { return true; }

   private:
    const Entries entries_;
  };

  const std::function<bool(Time)> wanted_;
  mutable std::mutex mutex_;
  std::vector<Cut> cuts_;
};

}  // namespace millrace::test
