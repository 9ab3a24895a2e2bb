#pragma once

#include <millrace/dstream/state/keyed_tables.hpp>
#include <millrace/dstream/state/moving_tables.hpp>
#include <millrace/dstream/state/state_spec.hpp>
#include <millrace/dstream/state/task_copies.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace millrace::core {

/// The states of mapWithState, one table per partition. Both modes use it: micro-batches update it batch by batch, a
/// continuous run block by block, as records arrive.
struct StateTables : MovingTables {
  /// Takes over the initial states, a block of (key, state).
  virtual void begin(int partition, Time time, const BlockPtr& initial) = 0;
  /// Calls the function for each record (`records` may be null), in order; then, with `sweep`, for each key that has been
  /// idle for longer than the time-out at `time`, and removes its state. Gives what the function emitted.
  virtual BlockPtr update(int partition, Time time, const BlockPtr& records, bool sweep) = 0;
};

/// A state and the time of its last update.
template <class S>
struct TimedState {
  S state;
  std::int64_t updated;
};
template <class S>
struct ShownState<TimedState<S>> {
  using type = S;
};

/// One partition of states, which readers see without their times.
template <class K, class S>
struct StateBlock final : Block {
  using States = Table<K, TimedState<S>>;

  class StateReader final : public Reader<std::pair<K, S>> {
   public:
    explicit StateReader(const States& states) : at_(states.begin()), end_(states.end()), out_(chunkSize()) {}
    Chunk<std::pair<K, S>> next() override {
      out_.clear();
      for (; at_ != end_ && !out_.full(); ++at_)
        out_.add([&] { return loadPair<K>(at_->first, at_->second.state); });
      return out_.chunk();
    }

   private:
    typename States::const_iterator at_;
    typename States::const_iterator end_;
    Buffer<std::pair<K, S>> out_;
  };

  ReaderPtr open() const override { return std::make_unique<StateReader>(table); }
  std::size_t records() const override { return table.size(); }
  std::size_t bytes() const override { return table.bytes(); }

  States table;
};

template <class K, class V, class F, class S = typename StateFnTraitsOf<F>::StateType>
class KeyedStates final : public KeyedTables<K, TimedState<S>, StateBlock<K, S>, StateTables> {
 public:
  using Traits = StateFnTraitsOf<F>;
  using Mapped = typename Traits::Mapped;
  using M = owned_t<Mapped>;

  KeyedStates(const PartitionerPtr& partitioner, F function, std::optional<Duration> timeout)
      : Tables(partitioner), functions_(partitioner->partitions(), std::move(function)), timeout_(timeout) {}

  void begin(int partition, Time time, const BlockPtr& initial) override {
    States& table = this->own(partition);
    for (const auto& [key, state] : static_cast<const VectorBlock<std::pair<K, S>>&>(*initial).stored) {
      table.upsert(
          Form::probe(key),
          [&] {
            return Entry{state, time.milliseconds()};
          },
          [&](Entry& held) {
            held = Entry{state, time.milliseconds()};
          });
      this->changes(partition).note(KeyForm<K>::probe(key));
    }
  }

  BlockPtr update(int partition, Time time, const BlockPtr& records, bool sweep) override {
    States& table = this->own(partition);
    Noted& changes = this->changes(partition);
    F& function = functions_.of(partition, time);
    PooledVector<M> emitted;
    if (records) {
      const auto& stored = static_cast<const VectorBlock<std::pair<K, V>>&>(*records).stored;
      emitted.reserve(std::min(stored.size(), kChunkSize));
      table.visitAhead(stored, [&](const auto& record, const Stored& probe, const Hint& hint) {
        updateOne(function, table, changes, time, record, probe, hint, emitted);
      });
    }
    if (sweep) {
      if (timeout_) expire(function, table, changes, time, emitted);
      table.compact();
    }
    return std::make_shared<VectorBlock<M>>(std::move(emitted));
  }

 private:
  using Tables = KeyedTables<K, TimedState<S>, StateBlock<K, S>, StateTables>;
  using Noted = Changes<K, TimedState<S>>;
  using Entry = TimedState<S>;
  using Form = KeyForm<K>;
  using Stored = typename Form::Stored;
  using States = typename StateBlock<K, S>::States;

  void updateOne(F& function, States& table, Noted& changes, Time time, const std::pair<K, V>& record,
                 const Stored& probe, const Hint& hint, PooledVector<M>& emitted) {
    const auto& [key, value] = record;
    Entry* held = table.find(probe, hint);
    State<S> state(held == nullptr ? nullptr : &held->state, false);
    call(function, time, key, value, state, emitted);
    if (!state.value_) {
      if (!held) return;
      changes.note(probe);
      table.erase(probe);
    } else if (held) {
      held->state = std::move(*state.value_);
      if (!state.updated_ && !timeout_) return;
      changes.note(probe);
      held->updated = time.milliseconds();
    } else {
      table.upsert(
          probe, hint,
          [&] {
            return Entry{std::move(*state.value_), time.milliseconds()};
          },
          [](Entry&) {});
      changes.note(probe);
    }
  }

  void expire(F& function, States& table, Noted& changes, Time time, PooledVector<M>& emitted) {
    std::int64_t oldest = (time - *timeout_).milliseconds();
    for (auto at = table.begin(); at != table.end();) {
      auto idle = at++;
      if (idle->second.updated >= oldest) continue;
      State<S> state(&idle->second.state, true);
      call(function, time, Form::load(idle->first), std::nullopt, state, emitted);
      changes.note(idle->first);
      table.erase(idle);
    }
  }

  static void call(F& function, Time time, const K& key, const std::optional<V>& value, State<S>& state,
                   PooledVector<M>& emitted) {
    if constexpr (Traits::kTakesTime) {
      if (const auto& mapped = function(time, key, value, state)) appendOwned<Mapped>(emitted, *mapped, true);
    } else {
      appendOwned<Mapped>(emitted, function(key, value, state), true);
    }
  }

  TaskCopies<F> functions_;
  std::optional<Duration> timeout_;
};

}  // namespace millrace::core
