#include "model.hpp"

#include "forms.hpp"
#include "functions.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>

namespace millrace::programs {

namespace {

/// The RDD of one time: its partitions. Operators that lose the partitions have one.
using Partitions = std::vector<Records>;

struct MissingParent : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Records flat(const Partitions& partitions) {
  Records all;
  for (const Records& partition : partitions) all.insert(all.end(), partition.begin(), partition.end());
  return all;
}

class Stream {
 public:
  Stream(const Program& program, std::int64_t slide) : program_(program), slide_(slide) {}
  virtual ~Stream() = default;
  std::int64_t slide() const { return slide_; }

  const std::optional<Partitions>& at(std::int64_t time) {
    auto known = made_.find(time);
    if (known == made_.end())
      known = made_.emplace(time, time > 0 && time % slide_ == 0 ? fit(make(time)) : std::nullopt).first;
    return known->second;
  }

 protected:
  /// A state of a time needs those of all times before.
  void makeBefore(std::int64_t time) {
    if (time > slide_) at(time - slide_);
  }
  virtual std::optional<Partitions> make(std::int64_t time) = 0;

 private:
  std::optional<Partitions> fit(std::optional<Partitions> made) const {
    if (!made) return made;
    for (Records& partition : *made) {
      for (Record& record : partition) record = fitted(program_.form, record);
    }
    return made;
  }

  const Program& program_;
  std::int64_t slide_;
  std::map<std::int64_t, std::optional<Partitions>> made_;
};

class SourceStream final : public Stream {
 public:
  SourceStream(const Program& program, const Source& source)
      : Stream(program, program.batchMs), source_(source) {}

 protected:
  std::optional<Partitions> make(std::int64_t time) override {
    auto i = static_cast<std::size_t>(time / slide() - 1);
    Records records;
    if (i < source_.in.size()) {
      if (!source_.in[i]) return std::nullopt;
      records = *source_.in[i];
    }
    auto p = static_cast<std::size_t>(source_.partitions);
    Partitions partitions(p);
    for (std::size_t k = 0; k < p; ++k)
      partitions[k].assign(records.begin() + static_cast<std::ptrdiff_t>(k * records.size() / p),
                           records.begin() + static_cast<std::ptrdiff_t>((k + 1) * records.size() / p));
    return partitions;
  }

 private:
  const Source& source_;
};

/// A stream whose RDD of a time follows from its parents', by a function.
class Derived final : public Stream {
 public:
  using Make = std::function<std::optional<Partitions>(std::int64_t)>;
  Derived(const Program& program, std::int64_t slide, Make make, bool keepsState)
      : Stream(program, slide), make_(std::move(make)), keepsState_(keepsState) {}

 protected:
  std::optional<Partitions> make(std::int64_t time) override {
    if (keepsState_) makeBefore(time);
    return make_(time);
  }

 private:
  Make make_;
  bool keepsState_;
};

class Model {
 public:
  explicit Model(const Program& program) : program_(program) {
    for (const auto& [id, source] : program.sources)
      streams_[id] = std::make_unique<SourceStream>(program, source);
    for (const Operation& node : program.nodes) streams_[node.id] = build(node);
  }

  Outcome run() {
    Outcome outcome;
    for (int i = 1; i <= program_.batches; ++i) {
      std::int64_t time = i * program_.batchMs;
      std::vector<OutputBatch> batches;
      try {
        for (const std::string& output : program_.outputs) {
          const auto& made = streams_.at(output)->at(time);
          if (!made) continue;
          OutputBatch batch{output, time, flat(*made)};
          std::ranges::sort(batch.records);
          batches.push_back(std::move(batch));
        }
      } catch (const MissingParent& missing) {
        batches.clear();  // no RDD of the batch is made, so none of its jobs runs
        outcome.error = missing.what();
      } catch (const std::domain_error& failed) {
        outcome.error = failed.what();
      }
      outcome.batches.insert(outcome.batches.end(), batches.begin(), batches.end());
      if (outcome.error) {
        outcome.errorTime = time;
        break;
      }
    }
    return outcome;
  }

 private:
  std::unique_ptr<Stream> build(const Operation& node) {
    Stream* parent = streams_.at(node.in[0]).get();
    std::int64_t slide = node.slideMs > 0 ? node.slideMs : parent->slide();
    bool keepsState = node.op == "mapWithState" || node.op == "updateStateByKey" ||
                      node.op == "countByWindow" || node.inverse;
    return std::make_unique<Derived>(program_, slide, makerOf(node, parent), keepsState);
  }

  Derived::Make makerOf(const Operation& node, Stream* parent) {
    if (node.op == "map" || node.op == "mapValues")
      return perRecord(parent, [f = mapFunction(node)](const Record& r) { return Records{f(r)}; });
    if (node.op == "filter")
      return perRecord(parent,
                       [f = filterFunction(node)](const Record& r) { return f(r) ? Records{r} : Records{}; });
    if (node.op == "flatMap") return perRecord(parent, flatMapFunction(node));
    if (node.op == "mapPartitions") return mapPartitions(node, parent);
    if (node.op == "repartition")
      return [parent](std::int64_t time) { return std::optional<Partitions>{{flat(needed(parent, time))}}; };
    if (node.op == "union") return unionOf(node);
    if (node.op == "reduceByKey")
      return [parent, f = foldFunction(node)](std::int64_t time) {
        return onWhole(parent, time, [&](const Records& all) { return reduced(all, f); });
      };
    if (node.op == "window") return window(node, parent);
    if (node.op == "reduceByKeyAndWindow")
      return node.inverse && node.slideMs <= node.windowMs ? inverseWindow(node, parent)
                                                           : plainWindow(node, parent);
    if (node.op == "mapWithState") return mapWithState(node, parent);
    if (node.op == "updateStateByKey") return updateStateByKey(node, parent);
    if (node.op == "glomSizes") return glomSizes(parent);
    if (node.op == "groupByKey")
      return [parent, f = groupFunction(node)](std::int64_t time) {
        return onWhole(parent, time, [&](const Records& all) { return folded(groups(all), f); });
      };
    if (node.op == "groupByKeyAndWindow")
      return [parent, length = node.windowMs, f = groupFunction(node)](std::int64_t time) {
        return whole(folded(groups(flat(between(parent, time - length, time))), f));
      };
    if (node.op == "reduce")
      return [parent, f = foldFunction(node)](std::int64_t time) {
        return onWhole(parent, time, [&](const Records& all) { return reduced(underZero(all), f); });
      };
    if (node.op == "reduceByWindow" || node.op == "countByWindow") return windowOfAll(node, parent);
    if (node.op == "count")
      return [parent](std::int64_t time) {
        return whole({{0, static_cast<std::int64_t>(flat(needed(parent, time)).size())}});
      };
    if (node.op == "countByValue")
      return [parent](std::int64_t time) { return onWhole(parent, time, countedByValue); };
    if (node.op == "countByValueAndWindow")
      return [parent, length = node.windowMs](std::int64_t time) {
        return whole(countedByValue(flat(between(parent, time - length, time))));
      };
    if (node.op == "transform") return transform(node, parent);
    if (node.in.size() == 2) return ofTwo(node, parent, streams_.at(node.in[1]).get());
    if (node.op == "stateSnapshots")
      return [this, id = node.in[0], parent](std::int64_t time) {
        parent->at(time);
        return std::optional<Partitions>{{statesAt_.at(id).at(time)}};
      };
    throw std::invalid_argument("operation " + node.id + ": the model has no " + node.op);
  }

  using Groups = std::map<std::int64_t, std::vector<std::int64_t>>;

  static std::optional<Partitions> whole(Records records) { return Partitions{std::move(records)}; }

  static Groups groups(const Records& records) {
    Groups all;
    for (const auto& [key, value] : records) all[key].push_back(value);
    return all;
  }
  template <class F>
  static Records folded(const Groups& groups, const F& f) {
    Records all;
    for (const auto& [key, values] : groups) all.emplace_back(key, f(values));
    return all;
  }
  static Records underZero(Records records) {
    for (Record& record : records) record.first = 0;
    return records;
  }
  static Records countedByValue(const Records& records) {
    std::map<Record, std::int64_t> counts;
    for (const Record& record : records) ++counts[record];
    Records all;
    for (const auto& [record, count] : counts) all.push_back(countedRecord(record, count));
    return all;
  }

  static Derived::Make glomSizes(Stream* parent) {
    return [parent](std::int64_t time) {
      auto made = parent->at(time);
      if (!made) return made;
      for (Records& partition : *made) partition = {{0, static_cast<std::int64_t>(partition.size())}};
      return made;
    };
  }

  /// All records of a window as values of key 0, as the window by that key.
  Derived::Make windowOfAll(Operation node, Stream* parent) {
    const bool counts = node.op == "countByWindow";
    auto keyed = std::make_unique<Derived>(program_, parent->slide(),
                                           perRecord(parent,
                                                     [counts](const Record& r) {
                                                       return Records{{0, counts ? 1 : r.second}};
                                                     }),
                                           false);
    Stream* values = keyed.get();
    owned_.push_back(std::move(keyed));
    if (counts) {
      node.f = "sum";
      node.inverse = true;
    }
    return node.inverse ? inverseWindow(node, values) : plainWindow(node, values);
  }

  Derived::Make updateStateByKey(const Operation& node, Stream* parent) {
    struct States {
      std::map<std::int64_t, std::int64_t> held;
      bool begun = false;
    };
    auto states = std::make_shared<States>();
    return [node, parent, states, f = updateFunction(node)](std::int64_t time) -> std::optional<Partitions> {
      const auto& made = parent->at(time);
      if (!made && !states->begun) return std::nullopt;
      if (!states->begun && node.initial) states->held.insert(node.initial->begin(), node.initial->end());
      states->begun = true;
      Groups news = made ? groups(flat(*made)) : Groups();
      for (const auto& [key, state] : states->held) news.try_emplace(key);
      std::map<std::int64_t, std::int64_t> after;
      for (const auto& [key, values] : news) {
        auto old = states->held.find(key);
        auto state = f(values, old == states->held.end() ? std::nullopt : std::optional(old->second));
        if (state) after.emplace(key, *state);
      }
      states->held = std::move(after);
      return whole(Records(states->held.begin(), states->held.end()));
    };
  }

  static Derived::Make transform(const Operation& node, Stream* parent) {
    return [parent, node](std::int64_t time) {
      Records all = flat(needed(parent, time));
      std::ranges::sort(all);
      if (node.f == "distinct") all.erase(std::unique(all.begin(), all.end()), all.end());
      if (node.f == "top" && all.size() > static_cast<std::size_t>(node.n))
        all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(node.n));
      if (node.f == "subtractEven")
        std::erase_if(all, [](const Record& record) { return mod(record.first, 2) == 0; });
      return whole(std::move(all));
    };
  }

  static Derived::Make ofTwo(const Operation& node, Stream* left, Stream* right) {
    return [node, left, right](std::int64_t time) {
      Partitions first = needed(left, time), second = needed(right, time);
      if (node.op == "transformWith" && node.f == "union") {
        first.insert(first.end(), second.begin(), second.end());
        return std::optional(first);
      }
      Groups ofLeft = groups(flat(first)), ofRight = groups(flat(second));
      for (const auto& [key, values] : ofLeft) ofRight.try_emplace(key);
      Records all;
      for (const auto& [key, w] : ofRight) join(node, key, ofLeft[key], w, all);
      return whole(std::move(all));
    };
  }

  static void join(const Operation& node, std::int64_t key, std::vector<std::int64_t> v,
                   std::vector<std::int64_t> w, Records& all) {
    if (node.op == "cogroup") return all.push_back(cogroupedRecord(key, v, w));
    const bool full = node.op == "fullOuterJoin";
    if (v.empty() && (full || node.op == "rightOuterJoin")) v.push_back(kMissing);
    if (w.empty() && (full || node.op == "leftOuterJoin")) w.push_back(kMissing);
    for (std::int64_t a : v) {
      for (std::int64_t b : w) all.push_back(joinedRecord(key, a, b));
    }
  }

  static const Partitions& needed(Stream* parent, std::int64_t time) {
    const auto& made = parent->at(time);
    if (!made) throw MissingParent("a parent has no RDD at " + std::to_string(time));
    return *made;
  }

  template <class F>
  static Derived::Make perRecord(Stream* parent, F f) {
    return [parent, f](std::int64_t time) -> std::optional<Partitions> {
      const auto& made = parent->at(time);
      if (!made) return std::nullopt;
      Partitions mapped;
      for (const Records& partition : *made) {
        Records& to = mapped.emplace_back();
        for (const Record& record : partition) {
          for (const Record& result : f(record)) to.push_back(result);
        }
      }
      return mapped;
    };
  }

  template <class F>
  static std::optional<Partitions> onWhole(Stream* parent, std::int64_t time, F f) {
    const auto& made = parent->at(time);
    if (!made) return std::nullopt;
    return Partitions{f(flat(*made))};
  }

  static Derived::Make mapPartitions(const Operation& node, Stream* parent) {
    bool sums = node.f == "sum";
    return [parent, sums](std::int64_t time) -> std::optional<Partitions> {
      auto made = parent->at(time);
      if (!made || !sums) return made;
      for (Records& partition : *made) {
        std::int64_t sum = 0;
        for (const Record& record : partition) sum = wrapAdd(sum, record.second);
        partition = {{0, sum}};
      }
      return made;
    };
  }

  Derived::Make unionOf(const Operation& node) {
    std::vector<Stream*> parents;
    for (const std::string& id : node.in) parents.push_back(streams_.at(id).get());
    return [parents](std::int64_t time) -> std::optional<Partitions> {
      Partitions all;
      for (Stream* parent : parents) {
        const Partitions& made = needed(parent, time);
        all.insert(all.end(), made.begin(), made.end());
      }
      return all;
    };
  }

  template <class F>
  static Records reduced(const Records& records, const F& f) {
    std::map<std::int64_t, std::int64_t> values;
    for (const auto& [key, value] : records) {
      auto [at, isNew] = values.try_emplace(key, value);
      if (!isNew) at->second = f(at->second, value);
    }
    return {values.begin(), values.end()};
  }

  static Partitions between(Stream* parent, std::int64_t after, std::int64_t to) {
    Partitions all;
    for (std::int64_t time = after + parent->slide(); time <= to; time += parent->slide()) {
      if (time <= 0) continue;
      if (const auto& made = parent->at(time)) all.insert(all.end(), made->begin(), made->end());
    }
    return all;
  }

  static Derived::Make window(const Operation& node, Stream* parent) {
    return [parent, length = node.windowMs](std::int64_t time) {
      return std::optional(between(parent, time - length, time));
    };
  }

  static Derived::Make plainWindow(const Operation& node, Stream* parent) {
    return [parent, length = node.windowMs, f = foldFunction(node)](std::int64_t time) {
      return std::optional<Partitions>{{reduced(flat(between(parent, time - length, time)), f)}};
    };
  }

  /// By the incremental rule, as keys whose values have left stay.
  Derived::Make inverseWindow(const Operation& node, Stream* parent) {
    auto state = std::make_shared<std::map<std::int64_t, std::int64_t>>();
    return [parent, node, state, f = foldFunction(node), inverse = inverseFunction(node)](std::int64_t time) {
      std::int64_t slide = node.slideMs > 0 ? node.slideMs : parent->slide();
      const std::int64_t shared = std::max<std::int64_t>(node.windowMs - slide, 0);
      for (const auto& [key, value] :
           flat(between(parent, time - node.windowMs - slide, time - slide - shared)))
        state->at(key) = inverse(state->at(key), value);
      for (const auto& [key, value] : flat(between(parent, time - node.windowMs + shared, time))) {
        auto [at, isNew] = state->try_emplace(key, value);
        if (!isNew) at->second = f(at->second, value);
      }
      if (node.filter == "nonzero")
        std::erase_if(*state, [](const auto& entry) { return entry.second == 0; });
      return std::optional<Partitions>{{Records(state->begin(), state->end())}};
    };
  }

  struct KeyState {
    std::int64_t value;
    std::int64_t updated;
  };

  Derived::Make mapWithState(const Operation& node, Stream* parent) {
    auto states = std::make_shared<std::map<std::int64_t, KeyState>>();
    std::int64_t checkpoint = program_.checkpointMs > 0 ? program_.checkpointMs : 10 * parent->slide();
    return [this, node, parent, states, checkpoint](std::int64_t time) {
      if (time == parent->slide() && node.initial) {
        for (const auto& [key, value] : *node.initial) (*states)[key] = {value, time};
      }
      Records emitted;
      if (const auto& made = parent->at(time)) {
        for (const Record& record : flat(*made)) update(node, *states, time, record, emitted);
      }
      if (node.timeoutMs > 0 && time % checkpoint == 0) {
        std::erase_if(*states, [&](const auto& entry) {
          bool idle = entry.second.updated < time - node.timeoutMs;
          if (idle) emitted.emplace_back(entry.first, -2);
          return idle;
        });
      }
      Records snapshot;
      for (const auto& [key, state] : *states) snapshot.emplace_back(key, state.value);
      statesAt_[node.id][time] = std::move(snapshot);
      return std::optional<Partitions>{{std::move(emitted)}};
    };
  }

  static void update(const Operation& node, std::map<std::int64_t, KeyState>& states, std::int64_t time,
                     const Record& record, Records& emitted) {
    auto held = states.find(record.first);
    if (node.f == "runningSum") {
      std::int64_t sum = wrapAdd(held == states.end() ? 0 : held->second.value, record.second);
      states[record.first] = {sum, time};
      emitted.push_back(record);
    } else if (held != states.end()) {
      states.erase(held);
      emitted.emplace_back(record.first, -1);
    } else {
      states[record.first] = {1, time};
    }
  }

  const Program& program_;
  std::map<std::string, std::unique_ptr<Stream>> streams_;
  std::vector<std::unique_ptr<Stream>> owned_;
  std::map<std::string, std::map<std::int64_t, Records>> statesAt_;
};

}  // namespace

Outcome runModel(const Program& program) { return Model(program).run(); }

}  // namespace millrace::programs
