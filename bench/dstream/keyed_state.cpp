#include "benchmarks.hpp"
#include "dstream/stepped_program.hpp"
#include "harness.hpp"
#include "rdd/pairs.hpp"

#include <millrace/dstream/ops.hpp>

#include <optional>

namespace millrace::bench {

namespace {

/// Batches of so many updates of 1 to random keys, after one that has every key once.
class Updates {
 public:
  Updates(std::int64_t keys, std::int64_t perBatch) : keys_(keys), perBatch_(perBatch) {}

  std::vector<Pair> first() const {
    std::vector<Pair> pairs;
    for (std::int64_t key = 0; key < keys_; ++key) pairs.emplace_back(key, 1);
    return pairs;
  }
  std::vector<Pair> batch(std::size_t number) const {
    auto batch = randomPairs(perBatch_, keys_, static_cast<std::int64_t>(number) * perBatch_);
    for (Pair& pair : batch) pair.second = 1;
    return batch;
  }

  static constexpr std::size_t kDifferent = 4;

 private:
  std::int64_t keys_;
  std::int64_t perBatch_;
};

/// States that the engine keeps. `Program` makes of the stream of updates an output that adds to an answer.
class EngineStates {
 public:
  using Program = std::function<void(const DStream<Pair>&, std::int64_t& answer)>;

  EngineStates(const Updates& updates, const Program& build) {
    for (std::size_t i = 0; i < Updates::kDifferent; ++i)
      batches_.push_back(program_.sparkContext().parallelize(updates.batch(i), kPartitions));
    build(program_.context().queueStream(queue_), answer_);
    program_.context().start();
    queue_.push(program_.sparkContext().parallelize(updates.first(), kPartitions));
    program_.step();
  }
  std::int64_t next() {
    queue_.push(batches_[next_++ % Updates::kDifferent]);
    program_.step();
    return answer_;
  }

 private:
  static constexpr int kPartitions = 1;

  std::int64_t answer_ = 0;
  RDDQueue<Pair> queue_;
  SteppedProgram program_{1};
  std::vector<RDD<Pair>> batches_;
  std::size_t next_ = 0;
};

/// The same in one flat map.
class HandStates {
 public:
  /// Whether a batch's answer is the sum of all states, or of the states after each update.
  enum class Answer { kAllStates, kUpdates };

  HandStates(const Updates& updates, Answer answer) : answer_(answer) {
    for (std::size_t i = 0; i < Updates::kDifferent; ++i) batches_.push_back(updates.batch(i));
    for (const auto& [key, value] : updates.first()) table_[key] += value;
  }
  std::int64_t next() {
    std::int64_t updated = 0;
    for (const auto& [key, value] : batches_[next_++ % Updates::kDifferent]) updated += table_[key] += value;
    if (answer_ == Answer::kUpdates) return updated;
    std::int64_t sum = 0;
    for (const auto& [key, state] : table_) sum += state;
    return sum;
  }

 private:
  Answer answer_;
  PairTable<std::int64_t> table_;
  std::vector<std::vector<Pair>> batches_;
  std::size_t next_ = 0;
};

/// Milliseconds per batch of the two side by side, which have to give the same answers. Before the first round as many
/// batches have gone by as a state's stream remembers, and what memory they need is there.
Figures compare(Session& session, const Updates& updates, const EngineStates::Program& program,
                HandStates::Answer answer) {
  constexpr std::size_t kBatches = 5, kRemembered = 20;
  auto engine = std::make_shared<EngineStates>(updates, program);
  auto hand = std::make_shared<HandStates>(updates, answer);
  for (std::size_t i = 0; i < kRemembered; ++i) {
    engine->next();
    hand->next();
  }
  auto answers = std::make_shared<std::vector<std::int64_t>>();
  auto perBatch = [](double seconds) { return seconds * 1e3 / kBatches; };
  return session.measure({{"hand",
                           [=] {
                             answers->clear();
                             return perBatch(secondsOf([&] {
                               for (std::size_t i = 0; i < kBatches; ++i) answers->push_back(hand->next());
                             }));
                           }},
                          {"engine", [=] {
                             std::vector<std::int64_t> own;
                             double seconds = secondsOf([&] {
                               for (std::size_t i = 0; i < kBatches; ++i) own.push_back(engine->next());
                             });
                             for (std::size_t i = 0; i < kBatches; ++i)
                               expectEqual("a batch of states", own[i], (*answers)[i]);
                             return perBatch(seconds);
                           }}});
}

void updateStates(const DStream<Pair>& updates, std::int64_t& answer) {
  updates
      .updateStateByKey(
          [](const std::vector<std::int64_t>& values, const std::optional<std::int64_t>& state) {
            std::int64_t sum = state.value_or(0);
            for (std::int64_t value : values) sum += value;
            return std::optional(sum);
          },
          1)
      .foreachRDD([&answer](const RDD<Pair>& states) {
        answer = sumOf(states, [](const Pair& state) { return state.second; });
      });
}

void mapWithStates(const DStream<Pair>& updates, std::int64_t& answer) {
  auto add = [](std::int64_t, const std::optional<std::int64_t>& value, State<std::int64_t>& state) {
    std::int64_t sum = (state.exists() ? state.get() : 0) + value.value_or(0);
    state.update(sum);
    return sum;
  };
  updates.mapWithState(StateSpec::function(add).numPartitions(1))
      .foreachRDD([&answer](const RDD<std::int64_t>& sums) {
        answer = sumOf(sums, [](std::int64_t sum) { return sum; });
      });
}

}  // namespace

void stateUpdate(Session& session) {
  for (auto [name, updates] :
       {std::pair("1 k", 1000), std::pair("100 k", 100'000), std::pair("1 M", 1'000'000)}) {
    Figures figures =
        compare(session, Updates(1'000'000, updates), updateStates, HandStates::Answer::kAllStates);
    session.report(std::string("state_update, 1 M keys, ") + name + " updates", "ms", figures,
                   ratioAtMost(2.5));
  }
}

void mapWithState(Session& session) {
  double few = 0;
  for (auto [name, keys] :
       {std::pair("100 k", 100'000), std::pair("1 M", 1'000'000), std::pair("10 M", 10'000'000)}) {
    Updates updates(keys, 1'000'000);
    Figures figures = compare(session, updates, mapWithStates, HandStates::Answer::kUpdates);
    Bar bar = ratioAtMost(3);
    if (few == 0) {
      few = figures.median("engine");
    } else if (keys == 10'000'000) {
      bar = bar && engineAtMost(2 * few);
    }
    session.report(std::string("map_with_state, 1 M updates of ") + name + " keys", "ms", figures, bar);
  }
}

}  // namespace millrace::bench
