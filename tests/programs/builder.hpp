#pragma once

#include "forms.hpp"
#include "functions.hpp"
#include "program.hpp"
#include "progress.hpp"

#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/millrace.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace::programs {

/// Makes the streams of a program whose records are carried in a form. Functions read what they get as whole numbers and
/// carry what they give.
template <class Form>
class Builder {
 public:
  Builder(const Program& program, StreamingContext& ssc) : program_(program), ssc_(ssc) {}

  void build(const std::shared_ptr<Progress>& progress) {
    for (const auto& [id, source] : program_.sources)
      streams_.emplace(id, program_.polled ? polled(source, progress) : input(source));
    for (const Operation& node : program_.nodes) {
      add(node);
      checkpoint(*streams_.at(node.id).node());
    }
    for (std::size_t i = 0; i < program_.outputs.size(); ++i) collect(i, progress);
    input(Source{1, {}}).foreachRDD([progress](const RDD<Carried>&, Time time) {
      std::lock_guard lock(progress->mutex);
      progress->beat = time.milliseconds();
      progress->changed.notify_all();
    });
  }

 private:
  using Key = typename Form::Key;
  using Value = typename Form::Value;
  using Carried = std::pair<Key, Value>;
  using Shown = std::remove_cvref_t<decltype(Form::show(std::declval<const Carried&>()))>;
  using Stream = DStream<Carried>;
  using Values = std::vector<Value>;

  static Carried carry(const Record& record) {
    return {Form::carryKey(record.first), Form::carryValue(record.second)};
  }
  static std::vector<Carried> carry(const Records& records) {
    std::vector<Carried> carried;
    for (const Record& record : records) carried.push_back(carry(record));
    return carried;
  }
  template <class R>
  static Record read(const R& record) {
    return {Form::read(record.first), Form::read(record.second)};
  }
  static std::vector<std::int64_t> readAll(const auto& values) {
    std::vector<std::int64_t> numbers;
    for (const Value& value : values) numbers.push_back(Form::read(value));
    return numbers;
  }
  template <class F>
  static auto carrying(F function) {
    return [f = std::move(function)](const auto& record) { return carry(f(read(record))); };
  }
  static auto folding(std::function<std::int64_t(std::int64_t, std::int64_t)> function) {
    return [f = std::move(function)](const Value& a, const Value& b) -> Value {
      return Form::carryValue(f(Form::read(a), Form::read(b)));
    };
  }

  class SourceInput final : public core::InputNode {
   public:
    SourceInput(const std::shared_ptr<core::StreamGraph>& graph, Source source)
        : InputNode(graph, "Program source"), source_(std::move(source)) {}

   protected:
    core::NodePtr compute(Time time) override {
      auto i = static_cast<std::size_t>(
          (time - graph()->zeroTime()).milliseconds() / slideDuration().milliseconds() - 1);
      Records records;
      if (i < source_.in.size()) {
        if (!source_.in[i]) return nullptr;
        records = *source_.in[i];
      }
      return core::parallelNode(graph()->engine(), carry(records), source_.partitions);
    }

   private:
    Source source_;
  };

  /// A partition of the records that SourceInput would give; those of a batch can be polled once the batch's time has come.
  class PolledPartition final : public SourcePartition<Carried> {
   public:
    PolledPartition(const Program& program, const Source& source, int partition,
                    std::shared_ptr<Progress> progress)
        : progress_(std::move(progress)) {
      for (std::size_t batch = 0; batch < source.in.size(); ++batch) {
        const Records& records = source.in[batch].value();
        const auto boundary = [&](int p) {
          return core::sliceBoundary(records.size(), p, source.partitions);
        };
        for (std::size_t i = boundary(partition); i < boundary(partition + 1); ++i)
          records_.emplace_back(static_cast<std::int64_t>(batch + 1) * program.batchMs, records[i]);
      }
    }
    void poll(PollRoom<Carried>& room) override {
      std::lock_guard lock(progress_->mutex);
      for (; at_ < records_.size() && records_[at_].first <= progress_->come && !room.full(); ++at_)
        room.add(carry(records_[at_].second));
    }
    Position position() const override { return at_; }
    void seek(const Position& position) override { at_ = position.as<std::size_t>(); }

   private:
    const std::shared_ptr<Progress> progress_;
    std::vector<std::pair<std::int64_t, Record>> records_;  // with the time of their batch
    std::size_t at_ = 0;
  };

  class PolledSource final : public PartitionedSource<Carried> {
   public:
    PolledSource(const Program& program, const Source& source, std::shared_ptr<Progress> progress)
        : program_(program), source_(source), progress_(std::move(progress)) {}
    int partitions() const override { return source_.partitions; }
    std::unique_ptr<SourcePartition<Carried>> open(int partition) override {
      return std::make_unique<PolledPartition>(program_, source_, partition, progress_);
    }
    std::string kind() const override { return "Program source"; }

   private:
    const Program& program_;
    const Source& source_;
    const std::shared_ptr<Progress> progress_;
  };

  Stream polled(const Source& source, const std::shared_ptr<Progress>& progress) {
    return ssc_.inputStream(std::make_shared<PolledSource>(program_, source, progress));
  }
  Stream input(const Source& source) {
    return ssc_.inputStream<Carried>(std::make_shared<SourceInput>(ssc_.graph(), source));
  }

  /// Each record as operators are to see it: where the form shows a view, a view of the record of `in`.
  static DStream<Shown> shown(const Stream& in) {
    if constexpr (std::is_same_v<Shown, Carried>) {
      return in;
    } else {
      return in.map([](const Carried& record) { return Form::show(record); });
    }
  }

  void collect(std::size_t number, const std::shared_ptr<Progress>& progress) {
    const std::string& id = program_.outputs[number];
    const bool isSorted = sorting_.contains(id);
    streams_.at(id).foreachRDD([=](const RDD<Carried>& rdd, Time time) {
      try {
        OutputBatch batch = batchOf(id, isSorted, rdd, time);
        std::lock_guard lock(progress->mutex);
        progress->batches[batch.time][number] = std::move(batch);
      } catch (...) {
        std::lock_guard lock(progress->mutex);
        progress->failed.try_emplace(time.milliseconds(), number);
        throw;
      }
    });
  }

  /// The output's records are sorted, so whether a stream that sorts its keys has done so is looked at here.
  static OutputBatch batchOf(const std::string& id, bool isSorted, const RDD<Carried>& rdd, Time time) {
    OutputBatch batch{id, time.milliseconds(), {}};
    for (const Carried& record : rdd.collect()) batch.records.push_back(read(record));
    if (isSorted && !std::ranges::is_sorted(batch.records, {}, &Record::first))
      throw std::logic_error("the keys of " + id + " do not come in order");
    std::ranges::sort(batch.records);
    return batch;
  }

  /// Sets the program's interval of checkpoints where state is kept, in the operators inside of this one too.
  void checkpoint(core::StreamNode& stream) {
    if (program_.checkpointMs == 0 || !checkpointed_.insert(&stream).second) return;
    if (stream.mustCheckpoint()) stream.checkpoint(Milliseconds(program_.checkpointMs));
    for (const core::StreamPtr& parent : stream.parents()) checkpoint(*parent);
  }

  void add(const Operation& node) {
    const Stream& in = streams_.at(node.in.at(0));
    if (node.op == "mapWithState") return addMapWithState(node, in);
    if (node.op == "stateSnapshots") {
      streams_.emplace(node.id, snapshots_.at(node.in[0])());
    } else {
      streams_.emplace(node.id, make(node, in));
    }
  }

  Stream make(const Operation& node, const Stream& in) {
    Duration window = Milliseconds(node.windowMs);
    Duration slide = node.slideMs > 0 ? Milliseconds(node.slideMs) : in.slideDuration();
    if (node.op == "map") return in.map(carrying(mapFunction(node)));
    if (node.op == "mapValues")
      return in.mapValues([f = mapFunction(node)](const Value& v) -> Value {
        return Form::carryValue(f(Record(0, Form::read(v))).second);
      });
    if (node.op == "filter")
      return in.filter([f = filterFunction(node)](const Carried& record) { return f(read(record)); });
    if (node.op == "flatMap")
      return shown(in).flatMap(
          [f = flatMapFunction(node)](const Shown& record) { return carry(f(read(record))); });
    if (node.op == "mapPartitions") return mapPartitions(node, in);
    if (node.op == "glomSizes")
      return in.glom().map(
          [](const auto& all) { return carry(Record(0, static_cast<std::int64_t>(all.size()))); });
    if (node.op == "repartition") return shown(in).repartition(static_cast<int>(node.n));
    if (node.op == "union") return unionOf(node);
    if (node.op == "reduceByKey") return shown(in).reduceByKey(folding(foldFunction(node)));
    if (node.op == "groupByKey") return grouped(node, shown(in).groupByKey());
    if (node.op == "window") return shown(in).window(window, slide);
    if (node.op == "reduceByKeyAndWindow") return reduceByKeyAndWindow(node, in, window, slide);
    if (node.op == "groupByKeyAndWindow") return grouped(node, shown(in).groupByKeyAndWindow(window, slide));
    if (node.op == "reduce") return underZero(valuesOf(in).reduce(folding(foldFunction(node))));
    if (node.op == "reduceByWindow") return reduceByWindow(node, in, window, slide);
    if (node.op == "count") return counts(shown(in).count());
    if (node.op == "countByWindow") return counts(shown(in).countByWindow(window, slide));
    if (node.op == "countByValue") return counted(shown(in).countByValue());
    if (node.op == "countByValueAndWindow") return counted(shown(in).countByValueAndWindow(window, slide));
    if (node.op == "updateStateByKey") return updateStateByKey(node, in);
    if (node.op == "transform") return transform(node, in);
    if (node.in.size() == 2) return ofTwo(node, in, streams_.at(node.in[1]));
    throw std::invalid_argument("operation " + node.id + ": there is no operator " + node.op);
  }

  static DStream<Value> valuesOf(const Stream& in) {
    return in.map([](const Carried& record) { return record.second; });
  }
  static Stream underZero(const DStream<Value>& in) {
    return in.map([](const Value& value) { return Carried(Form::carryKey(0), value); });
  }
  static Stream counts(const DStream<std::int64_t>& in) {
    return in.map([](std::int64_t count) { return carry(Record(0, count)); });
  }
  static Stream counted(const DStream<std::pair<Carried, std::int64_t>>& in) {
    return in.map([](const auto& counts) { return carry(countedRecord(read(counts.first), counts.second)); });
  }
  template <class Groups>
  static Stream grouped(const Operation& node, const Groups& in) {
    return in.mapValues([f = groupFunction(node)](const auto& values) -> Value {
      return Form::carryValue(f(readAll(values)));
    });
  }

  static Stream reduceByWindow(const Operation& node, const Stream& in, Duration window, Duration slide) {
    auto values = valuesOf(in);
    auto fold = folding(foldFunction(node));
    if (!node.inverse) return underZero(values.reduceByWindow(fold, window, slide));
    return underZero(values.reduceByWindow(fold, folding(inverseFunction(node)), window, slide));
  }

  Stream updateStateByKey(const Operation& node, const Stream& in) {
    RDD<Carried> initial;
    if (node.initial) initial = ssc_.sparkContext().parallelize(carry(*node.initial), 2);
    const int partitions = ssc_.sparkContext().defaultParallelism();
    auto update = [f = updateFunction(node)](const Values& values,
                                             std::optional<Value> old) -> std::optional<Value> {
      const auto state = f(readAll(values), old ? std::optional(Form::read(*old)) : std::nullopt);
      return state ? std::optional<Value>(Form::carryValue(*state)) : std::nullopt;
    };
    return shown(in).updateStateByKey(update, partitions, initial);
  }

  Stream transform(const Operation& node, const Stream& in) {
    if (node.f == "distinct") return in.transform([](const RDD<Carried>& rdd) { return rdd.distinct(); });
    if (node.f == "sortByKey") {
      sorting_.insert(node.id);
      return in.transform([](const RDD<Carried>& rdd) { return rdd.sortByKey(); });
    }
    if (node.f == "top")
      return in.transform([n = static_cast<int>(node.n), sc = ssc_.sparkContext()](const RDD<Carried>& rdd) {
        return sc.parallelize(rdd.sortBy(std::identity{}, false).take(n), 2);
      });
    if (node.f == "subtractEven")
      return in.transform([](const RDD<Carried>& rdd) {
        return rdd.subtract(
            rdd.filter([](const Carried& record) { return mod(Form::read(record.first), 2) == 0; }));
      });
    throw std::invalid_argument("operation " + node.id + ": transform has no function " + node.f);
  }

  Stream ofTwo(const Operation& node, const Stream& one, const Stream& other) {
    auto all = [](const auto& joined) {
      const auto& [v, w] = joined.second;
      return carry(joinedRecord(Form::read(joined.first), orMissing(v), orMissing(w)));
    };
    const auto left = shown(one), right = shown(other);
    if (node.op == "join") return left.join(right).map(all);
    if (node.op == "leftOuterJoin") return left.leftOuterJoin(right).map(all);
    if (node.op == "rightOuterJoin") return left.rightOuterJoin(right).map(all);
    if (node.op == "fullOuterJoin") return left.fullOuterJoin(right).map(all);
    if (node.op == "cogroup")
      return left.cogroup(right).map([](const auto& both) {
        return carry(
            cogroupedRecord(Form::read(both.first), readAll(both.second.first), readAll(both.second.second)));
      });
    if (node.op == "transformWith" && node.f == "union")
      return one.transformWith(other, [](const auto& a, const auto& b) { return a.union_(b); });
    if (node.op == "transformWith" && node.f == "join")
      return one.transformWith(other, [all](const auto& a, const auto& b) { return a.join(b).map(all); });
    throw std::invalid_argument("operation " + node.id + ": there is no operator " + node.op + " " + node.f);
  }
  static std::int64_t orMissing(const Value& value) { return Form::read(value); }
  static std::int64_t orMissing(const std::optional<Value>& value) {
    return value ? Form::read(*value) : kMissing;
  }

  static Stream mapPartitions(const Operation& node, const Stream& in) {
    return in.mapPartitions([sums = node.f == "sum"](auto& records) {
      std::vector<Carried> result;
      std::int64_t sum = 0;
      for (const Carried& record : records) {
        if (!sums) result.push_back(record);
        sum = wrapAdd(sum, Form::read(record.second));
      }
      if (sums) result.push_back(carry(Record(0, sum)));
      return result;
    });
  }

  Stream unionOf(const Operation& node) {
    std::vector<Stream> all;
    for (const std::string& id : node.in) all.push_back(streams_.at(id));
    return all.size() == 2 ? all[0].union_(all[1]) : ssc_.union_(all);
  }

  Stream reduceByKeyAndWindow(const Operation& node, const Stream& in, Duration window, Duration slide) {
    auto fold = folding(foldFunction(node));
    if (!node.inverse) return shown(in).reduceByKeyAndWindow(fold, window, slide);
    int partitions = ssc_.sparkContext().defaultParallelism();
    auto inverse = folding(inverseFunction(node));
    auto nonzero = [](const Carried& record) { return Form::read(record.second) != 0; };
    if (node.filter == "nonzero")
      return shown(in).reduceByKeyAndWindow(fold, inverse, window, slide, partitions, nonzero);
    return shown(in).reduceByKeyAndWindow(fold, inverse, window, slide, partitions);
  }

  void addMapWithState(const Operation& node, const Stream& in) {
    auto sum = [](Time, const Key& key, std::optional<Value> value,
                  State<Value>& state) -> std::optional<Carried> {
      const std::int64_t number = Form::read(key);
      if (state.isTimingOut()) return carry(Record(number, -2));
      const auto old = state.getOption();
      state.update(Form::carryValue(wrapAdd(old ? Form::read(*old) : 0, Form::read(*value))));
      return Carried(key, *value);
    };
    auto toggle = [](Time, const Key& key, std::optional<Value>,
                     State<Value>& state) -> std::optional<Carried> {
      const std::int64_t number = Form::read(key);
      if (state.isTimingOut()) return carry(Record(number, -2));
      if (state.exists()) {
        state.remove();
        return carry(Record(number, -1));
      }
      state.update(Form::carryValue(1));
      return std::nullopt;
    };
    if (node.f == "runningSum") {
      addState(node, in, StateSpec::function(sum));
    } else {
      addState(node, in, StateSpec::function(toggle));
    }
  }

  template <class Spec>
  void addState(const Operation& node, const Stream& in, Spec spec) {
    if (node.initial) spec = spec.initialState(ssc_.sparkContext().parallelize(carry(*node.initial), 2));
    if (node.timeoutMs > 0) spec = spec.timeout(Milliseconds(node.timeoutMs));
    auto mapped = shown(in).mapWithState(spec);
    streams_.emplace(node.id, mapped);
    snapshots_.emplace(node.id, [mapped] { return mapped.stateSnapshots(); });
  }

  const Program& program_;
  StreamingContext& ssc_;
  std::map<std::string, Stream> streams_;
  std::map<std::string, std::function<Stream()>> snapshots_;
  std::set<std::string> sorting_;
  std::set<const core::StreamNode*> checkpointed_;
};

template <class Form>
void build(const Program& program, StreamingContext& ssc, const std::shared_ptr<Progress>& progress) {
  Builder<Form>(program, ssc).build(progress);
}

}  // namespace millrace::programs
