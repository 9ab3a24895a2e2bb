#include "build.hpp"

#include "functions.hpp"
#include "support/engines.hpp"

#include <millrace/base/clock.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/millrace.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>

namespace millrace::programs {

namespace {

using Stream = DStream<Record>;

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
    return core::parallelNode<Record>(graph()->engine(), std::move(records), source_.partitions);
  }

 private:
  Source source_;
};

/// What a run has given so far, and how far it is: the last output of each batch beats, so all others are done then.
struct Progress {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::int64_t, std::map<std::size_t, OutputBatch>> batches;
  std::map<std::int64_t, std::size_t> failed;  // the first output of a batch that failed
  std::int64_t beat = 0;
};

class Builder {
 public:
  Builder(const Program& program, StreamingContext& ssc) : program_(program), ssc_(ssc) {}

  void build(const std::shared_ptr<Progress>& progress) {
    for (const auto& [id, source] : program_.sources)
      streams_.emplace(id, ssc_.inputStream<Record>(std::make_shared<SourceInput>(ssc_.graph(), source)));
    for (const Operation& node : program_.nodes) {
      add(node);
      checkpoint(*streams_.at(node.id).node());
    }
    for (std::size_t i = 0; i < program_.outputs.size(); ++i) collect(i, progress);
    auto always = std::make_shared<SourceInput>(ssc_.graph(), Source{1, {}});
    ssc_.inputStream<Record>(always).foreachRDD([progress](const RDD<Record>&, Time time) {
      std::lock_guard lock(progress->mutex);
      progress->beat = time.milliseconds();
      progress->changed.notify_all();
    });
  }

 private:
  void collect(std::size_t number, const std::shared_ptr<Progress>& progress) {
    const std::string& id = program_.outputs[number];
    const bool isSorted = sorting_.contains(id);
    streams_.at(id).foreachRDD([=](const RDD<Record>& rdd, Time time) {
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
  static OutputBatch batchOf(const std::string& id, bool isSorted, const RDD<Record>& rdd, Time time) {
    OutputBatch batch{id, time.milliseconds(), rdd.collect()};
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
    if (node.op == "map") return in.map(mapFunction(node));
    if (node.op == "mapValues")
      return in.mapValues([f = mapFunction(node)](std::int64_t v) { return f(Record(0, v)).second; });
    if (node.op == "filter") return in.filter(filterFunction(node));
    if (node.op == "flatMap") return in.flatMap(flatMapFunction(node));
    if (node.op == "mapPartitions") return mapPartitions(node, in);
    if (node.op == "glomSizes")
      return in.glom().map(
          [](const Records& all) { return Record(0, static_cast<std::int64_t>(all.size())); });
    if (node.op == "repartition") return in.repartition(static_cast<int>(node.n));
    if (node.op == "union") return unionOf(node);
    if (node.op == "reduceByKey") return in.reduceByKey(foldFunction(node));
    if (node.op == "groupByKey") return in.groupByKey().mapValues(groupFunction(node));
    if (node.op == "window") return in.window(window, slide);
    if (node.op == "reduceByKeyAndWindow") return reduceByKeyAndWindow(node, in, window, slide);
    if (node.op == "groupByKeyAndWindow")
      return in.groupByKeyAndWindow(window, slide).mapValues(groupFunction(node));
    if (node.op == "reduce") return underZero(valuesOf(in).reduce(foldFunction(node)));
    if (node.op == "reduceByWindow") return reduceByWindow(node, in, window, slide);
    if (node.op == "count") return underZero(in.count());
    if (node.op == "countByWindow") return underZero(in.countByWindow(window, slide));
    if (node.op == "countByValue") return counted(in.countByValue());
    if (node.op == "countByValueAndWindow") return counted(in.countByValueAndWindow(window, slide));
    if (node.op == "updateStateByKey") return updateStateByKey(node, in);
    if (node.op == "transform") return transform(node, in);
    if (node.in.size() == 2) return ofTwo(node, in, streams_.at(node.in[1]));
    throw std::invalid_argument("operation " + node.id + ": there is no operator " + node.op);
  }

  static DStream<std::int64_t> valuesOf(const Stream& in) {
    return in.map([](const Record& record) { return record.second; });
  }
  static Stream underZero(const DStream<std::int64_t>& in) {
    return in.map([](std::int64_t value) { return Record(0, value); });
  }
  static Stream counted(const DStream<std::pair<Record, std::int64_t>>& in) {
    return in.map([](const auto& counts) { return countedRecord(counts.first, counts.second); });
  }

  static Stream reduceByWindow(const Operation& node, const Stream& in, Duration window, Duration slide) {
    auto values = valuesOf(in);
    auto fold = foldFunction(node);
    if (!node.inverse) return underZero(values.reduceByWindow(fold, window, slide));
    return underZero(values.reduceByWindow(fold, inverseFunction(node), window, slide));
  }

  Stream updateStateByKey(const Operation& node, const Stream& in) {
    RDD<Record> initial;
    if (node.initial) initial = ssc_.sparkContext().parallelize(*node.initial, 2);
    const int partitions = ssc_.sparkContext().defaultParallelism();
    return in.updateStateByKey(updateFunction(node), partitions, initial);
  }

  Stream transform(const Operation& node, const Stream& in) {
    if (node.f == "distinct") return in.transform([](const RDD<Record>& rdd) { return rdd.distinct(); });
    if (node.f == "sortByKey") {
      sorting_.insert(node.id);
      return in.transform([](const RDD<Record>& rdd) { return rdd.sortByKey(); });
    }
    if (node.f == "top")
      return in.transform([n = static_cast<int>(node.n), sc = ssc_.sparkContext()](const RDD<Record>& rdd) {
        return sc.parallelize(rdd.sortBy(std::identity{}, false).take(n), 2);
      });
    if (node.f == "subtractEven")
      return in.transform([](const RDD<Record>& rdd) {
        return rdd.subtract(rdd.filter([](const Record& record) { return mod(record.first, 2) == 0; }));
      });
    throw std::invalid_argument("operation " + node.id + ": transform has no function " + node.f);
  }

  Stream ofTwo(const Operation& node, const Stream& left, const Stream& right) {
    auto all = [](const auto& joined) {
      const auto& [v, w] = joined.second;
      return joinedRecord(joined.first, orMissing(v), orMissing(w));
    };
    if (node.op == "join") return left.join(right).map(all);
    if (node.op == "leftOuterJoin") return left.leftOuterJoin(right).map(all);
    if (node.op == "rightOuterJoin") return left.rightOuterJoin(right).map(all);
    if (node.op == "fullOuterJoin") return left.fullOuterJoin(right).map(all);
    if (node.op == "cogroup")
      return left.cogroup(right).map([](const auto& both) {
        return cogroupedRecord(both.first, both.second.first, both.second.second);
      });
    if (node.op == "transformWith" && node.f == "union")
      return left.transformWith(right, [](const auto& a, const auto& b) { return a.union_(b); });
    if (node.op == "transformWith" && node.f == "join")
      return left.transformWith(right, [all](const auto& a, const auto& b) { return a.join(b).map(all); });
    throw std::invalid_argument("operation " + node.id + ": there is no operator " + node.op + " " + node.f);
  }
  static std::int64_t orMissing(std::int64_t value) { return value; }
  static std::int64_t orMissing(std::optional<std::int64_t> value) { return value.value_or(kMissing); }

  static Stream mapPartitions(const Operation& node, const Stream& in) {
    return in.mapPartitions([sums = node.f == "sum"](auto& records) {
      Records result;
      std::int64_t sum = 0;
      for (const Record& record : records) {
        if (!sums) result.push_back(record);
        sum = wrapAdd(sum, record.second);
      }
      if (sums) result.emplace_back(0, sum);
      return result;
    });
  }

  Stream unionOf(const Operation& node) {
    std::vector<Stream> all;
    for (const std::string& id : node.in) all.push_back(streams_.at(id));
    return all.size() == 2 ? all[0].union_(all[1]) : ssc_.union_(all);
  }

  Stream reduceByKeyAndWindow(const Operation& node, const Stream& in, Duration window, Duration slide) {
    auto fold = foldFunction(node);
    if (!node.inverse) return in.reduceByKeyAndWindow(fold, window, slide);
    int partitions = ssc_.sparkContext().defaultParallelism();
    auto inverse = inverseFunction(node);
    auto nonzero = [](const Record& record) { return record.second != 0; };
    if (node.filter == "nonzero")
      return in.reduceByKeyAndWindow(fold, inverse, window, slide, partitions, nonzero);
    return in.reduceByKeyAndWindow(fold, inverse, window, slide, partitions);
  }

  void addMapWithState(const Operation& node, const Stream& in) {
    auto sum = [](Time, std::int64_t key, std::optional<std::int64_t> value,
                  State<std::int64_t>& state) -> std::optional<Record> {
      if (state.isTimingOut()) return Record(key, -2);
      state.update(wrapAdd(state.getOption().value_or(0), *value));
      return Record(key, *value);
    };
    auto toggle = [](Time, std::int64_t key, std::optional<std::int64_t>,
                     State<std::int64_t>& state) -> std::optional<Record> {
      if (state.isTimingOut()) return Record(key, -2);
      if (state.exists()) {
        state.remove();
        return Record(key, -1);
      }
      state.update(1);
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
    if (node.initial) spec = spec.initialState(ssc_.sparkContext().parallelize(*node.initial, 2));
    if (node.timeoutMs > 0) spec = spec.timeout(Milliseconds(node.timeoutMs));
    auto mapped = in.mapWithState(spec);
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

/// True when the batch is done; throws what failed.
bool awaitBeat(StreamingContext& ssc, Progress& progress, std::int64_t time) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::unique_lock lock(progress.mutex);
  while (progress.beat < time) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("the batch at " + std::to_string(time) + " ms did not end within a minute");
    if (progress.changed.wait_for(lock, std::chrono::milliseconds(50)) == std::cv_status::timeout) {
      lock.unlock();
      ssc.awaitTerminationOrTimeout(0);
      lock.lock();
    }
  }
  return true;
}

}  // namespace

Outcome run(const Program& program, const RunOptions& options) {
  Outcome outcome;
  SparkConf conf;
  conf.set("spark.streaming.mode", options.mode);
  const int partitions = options.partitions > 0 ? options.partitions : options.threads;
  SparkContext sc(conf, test::makeEngine(test::Shape{partitions, options.threads, options.chunk}));
  auto clock = std::make_shared<ManualClock>();
  StreamingContext ssc(sc, Milliseconds(program.batchMs), clock);
  ssc.graph()->setCheckpointDirectory("states of a test are not kept");
  auto progress = std::make_shared<Progress>();
  std::int64_t time = 0;
  try {
    Builder(program, ssc).build(progress);
    ssc.start();
    for (int i = 1; i <= program.batches; ++i) {
      time = i * program.batchMs;
      clock->setTime(time);
      awaitBeat(ssc, *progress, time);
      ssc.awaitTerminationOrTimeout(0);
    }
  } catch (const std::exception& error) {
    outcome.error = error.what();
    if (time > 0) outcome.errorTime = time;
  }
  ssc.stop(true, false);
  std::lock_guard lock(progress->mutex);
  for (auto& [at, outputs] : progress->batches) {
    const bool isLast = at == outcome.errorTime;
    for (auto& [number, batch] : outputs) {
      if (isLast && (!progress->failed.contains(at) || number >= progress->failed[at])) break;
      outcome.batches.push_back(std::move(batch));
    }
    if (isLast) break;
  }
  return outcome;
}

}  // namespace millrace::programs
