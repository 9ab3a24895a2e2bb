#include "spark_parity/program.hpp"

#include <spark_parity/collect_values.hpp>
#include <spark_parity/functions.hpp>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>
#include <vector>

namespace millrace::parity {

namespace {

using Words = std::vector<std::string>;

/// The parts between separators that stand in no brackets; empty ones are left out.
Words split(const std::string& text, char separator) {
  Words parts(1);
  int depth = 0;
  for (char c : text) {
    depth += (c == '(') - (c == ')');
    if (c != separator || depth > 0) {
      parts.back() += c;
    } else if (!parts.back().empty()) {
      parts.emplace_back();
    }
  }
  if (parts.back().empty()) parts.pop_back();
  return parts;
}

/// An operator with its arguments.
struct Call {
  Program& program;
  Words words;

  std::size_t arguments() const { return words.size() - 1; }
  const std::string& word(std::size_t i) const { return words.at(i + 1); }
  int count(std::size_t i) const { return static_cast<int>(program.number(word(i))); }
  Duration time(std::size_t i) const { return program.time(word(i)); }
  template <class T>
  DStream<T> stream(std::size_t i) const {
    const std::string& bracketed = word(i);
    return std::get<DStream<T>>(program.stream(bracketed.substr(1, bracketed.size() - 2)));
  }
  /// The word behind this one, if it is there: options have a name and a value.
  std::optional<std::string> option(const std::string& name) const {
    const auto at = std::ranges::find(words, name);
    return at == words.end() ? std::nullopt : std::optional(at[1]);
  }
};

/// Groups, joined values and counts as one value each.
template <class V>
DStream<Pair> asValues(const DStream<std::pair<Value, V>>& stream) {
  return stream.mapValues([](const V& value) { return Value(value); });
}
DStream<Value> asValues(const DStream<std::int64_t>& stream) {
  return stream.map([](std::int64_t number) { return Value(number); });
}

using Transform = std::function<RDD<Value>(const RDD<Value>&)>;

Transform transformFunction(const Call& call) {
  if (call.word(0) == "map")
    return [map = mapFunction(call.word(1))](const RDD<Value>& rdd) { return rdd.map(map); };
  if (call.word(0) == "same") return [](const RDD<Value>& rdd) { return rdd; };
  if (call.word(0) == "null") return [](const RDD<Value>&) { return RDD<Value>(); };
  throw std::out_of_range("transform has no function " + call.word(0));
}

std::vector<DStream<Value>> allOf(const DStream<Value>& first, const Call& call) {
  std::vector<DStream<Value>> all{first};
  for (std::size_t i = 1; i < call.arguments(); ++i) all.push_back(call.stream<Value>(i));
  return all;
}

using OfValues = Stream (*)(const DStream<Value>& in, const Call& call);
const std::map<std::string, OfValues> kOfValues{
    {"map", [](auto& in, auto& call) -> Stream { return in.map(mapFunction(call.word(0))); }},
    {"mapToPair", [](auto& in, auto& call) -> Stream { return in.map(pairFunction(call.word(0))); }},
    {"flatMap", [](auto& in, auto& call) -> Stream { return in.flatMap(expandFunction(call.word(0))); }},
    {"filter", [](auto& in, auto& call) -> Stream { return in.filter(testFunction(call.word(0))); }},
    {"union", [](auto& in, auto& call) -> Stream { return in.union_(call.template stream<Value>(0)); }},
    {"repartition", [](auto& in, auto& call) -> Stream { return in.repartition(call.count(0)); }},
    {"mapPartitions",
     [](auto& in, auto& call) -> Stream {
       return in.mapPartitions([function = partitionFunction(call.word(0))](auto& records) {
         Value::List all;
         for (const Value& record : records) all.push_back(record);
         return function(all);
       });
     }},
    {"glom",
     [](auto& in, auto&) -> Stream {
       return in.glom().map([](const Value::List& records) { return Value(records); });
     }},
    {"reduce", [](auto& in, auto& call) -> Stream { return in.reduce(foldFunction(call.word(0))); }},
    {"count", [](auto& in, auto&) -> Stream { return asValues(in.count()); }},
    {"countByValue", [](auto& in, auto&) -> Stream { return asValues(in.countByValue()); }},
    {"transform", [](auto& in, auto& call) -> Stream { return in.transform(transformFunction(call)); }},
    {"transformWith",
     [](auto& in, auto& call) -> Stream {
       if (call.word(0) != "union") throw std::out_of_range("transformWith has no function " + call.word(0));
       return in.transformWith(call.template stream<Value>(1),
                               [](const auto& a, const auto& b) { return a.union_(b); });
     }},
    {"transformAll",
     [](auto& in, auto& call) -> Stream {
       if (call.word(0) != "union") throw std::out_of_range("transformAll has no function " + call.word(0));
       return call.program.context().transform(
           allOf(in, call), [](const std::vector<RDD<Value>>& rdds) { return RDD<Value>::union_(rdds); });
     }},
    {"window",
     [](auto& in, auto& call) -> Stream {
       return call.arguments() == 1 ? in.window(call.time(0)) : in.window(call.time(0), call.time(1));
     }},
    {"reduceByWindow",
     [](auto& in, auto& call) -> Stream {
       const Fold fold = foldFunction(call.word(2));
       if (call.arguments() == 3) return in.reduceByWindow(fold, call.time(0), call.time(1));
       return in.reduceByWindow(fold, foldFunction(call.word(3)), call.time(0), call.time(1));
     }},
    {"countByWindow",
     [](auto& in, auto& call) -> Stream { return asValues(in.countByWindow(call.time(0), call.time(1))); }},
    {"countByValueAndWindow",
     [](auto& in, auto& call) -> Stream {
       return asValues(in.countByValueAndWindow(call.time(0), call.time(1)));
     }},
};

DStream<Pair> reduceByKeyAndWindow(const DStream<Pair>& in, const Call& call) {
  const Duration window = call.time(0), slide = call.time(1);
  const Fold fold = foldFunction(call.word(2));
  if (call.arguments() == 3) return in.reduceByKeyAndWindow(fold, window, slide);
  const Fold inverse = foldFunction(call.word(3));
  if (call.arguments() == 4) return in.reduceByKeyAndWindow(fold, inverse, window, slide);
  auto filter = [test = testFunction(call.word(4))](const Pair& kv) { return test(kv.second); };
  return in.reduceByKeyAndWindow(fold, inverse, window, slide, call.count(5), filter);
}

DStream<Pair> updateStateByKey(const DStream<Pair>& in, const Call& call) {
  const auto initial = call.option("initial");
  if (!initial) return in.updateStateByKey(updateFunction(call.word(0)));
  return in.updateStateByKey(updateFunction(call.word(0)), HashPartitioner(call.count(1)),
                             call.program.initial(std::stoi(*initial)));
}

template <class Spec>
Stream mapWithState(const DStream<Pair>& in, const Call& call, Spec spec) {
  if (const auto partitions = call.option("initial"))
    spec = spec.initialState(call.program.initial(std::stoi(*partitions)));
  if (const auto idle = call.option("timeout")) spec = spec.timeout(call.program.time(*idle));
  if (const auto partitions = call.option("numPartitions")) spec = spec.numPartitions(std::stoi(*partitions));
  if (const auto partitions = call.option("partitioner"))
    spec = spec.partitioner(HashPartitioner(std::stoi(*partitions)));
  return in.mapWithState(spec);
}

using OfPairs = Stream (*)(const DStream<Pair>& in, const Call& call);
const std::map<std::string, OfPairs> kOfPairs{
    {"mapValues", [](auto& in, auto& call) -> Stream { return in.mapValues(mapFunction(call.word(0))); }},
    {"flatMapValues",
     [](auto& in, auto& call) -> Stream { return in.flatMapValues(expandFunction(call.word(0))); }},
    {"reduceByKey",
     [](auto& in, auto& call) -> Stream { return in.reduceByKey(foldFunction(call.word(0))); }},
    {"groupByKey", [](auto& in, auto&) -> Stream { return asValues(in.groupByKey()); }},
    {"combineByKey",
     [](auto& in, auto& call) -> Stream {
       return in.combineByKey(mapFunction(call.word(0)), foldFunction(call.word(1)),
                              foldFunction(call.word(2)), HashPartitioner(call.count(3)));
     }},
    {"cogroup",
     [](auto& in, auto& call) -> Stream { return asValues(in.cogroup(call.template stream<Pair>(0))); }},
    {"join", [](auto& in, auto& call) -> Stream { return asValues(in.join(call.template stream<Pair>(0))); }},
    {"leftOuterJoin",
     [](auto& in, auto& call) -> Stream {
       return asValues(in.leftOuterJoin(call.template stream<Pair>(0)));
     }},
    {"fullOuterJoin",
     [](auto& in, auto& call) -> Stream {
       return asValues(in.fullOuterJoin(call.template stream<Pair>(0)));
     }},
    {"transform",
     [](auto& in, auto& call) -> Stream {
       if (call.word(0) != "sortByKey") throw std::out_of_range("transform has no function " + call.word(0));
       return in.transform([](const RDD<Pair>& rdd) { return rdd.sortByKey(); });
     }},
    {"transformWith",
     [](auto& in, auto& call) -> Stream {
       if (call.word(0) != "join") throw std::out_of_range("transformWith has no function " + call.word(0));
       return asValues(in.transformWith(call.template stream<Pair>(1),
                                        [](const auto& a, const auto& b) { return a.join(b); }));
     }},
    {"window", [](auto& in, auto& call) -> Stream { return in.window(call.time(0), call.time(1)); }},
    {"reduceByKeyAndWindow", [](auto& in, auto& call) -> Stream { return reduceByKeyAndWindow(in, call); }},
    {"groupByKeyAndWindow",
     [](auto& in, auto& call) -> Stream {
       return asValues(in.groupByKeyAndWindow(call.time(0), call.time(1)));
     }},
    {"updateStateByKey", [](auto& in, auto& call) -> Stream { return updateStateByKey(in, call); }},
    {"updateStateByKeyAtTime",
     [](auto& in, auto& call) -> Stream {
       return in.updateStateByKey(updateAtTimeFunction(call.word(0)), call.count(1), call.count(2) != 0,
                                  call.program.initial(2));
     }},
    {"mapWithState",
     [](auto& in, auto& call) -> Stream {
       return mapWithState(in, call, StateSpec::function(stateFunction(call.word(0))));
     }},
    {"mapWithStateAtTime",
     [](auto& in, auto& call) -> Stream {
       return mapWithState(in, call, StateSpec::function(stateAtTimeFunction(call.word(0))));
     }},
};

template <class T, class Operators>
Stream called(const Operators& operators, const DStream<T>& in, const Call& call) {
  const auto made = operators.find(call.words[0]);
  if (made == operators.end()) throw std::out_of_range("there is no such operator: " + call.words[0]);
  return made->second(in, call);
}

struct Operator {
  const Call& call;

  Stream operator()(const DStream<Value>& in) const { return called(kOfValues, in, call); }
  Stream operator()(const DStream<Pair>& in) const { return called(kOfPairs, in, call); }
  Stream operator()(const StateStream& in) const {
    if (call.words[0] != "stateSnapshots")
      throw std::out_of_range("only stateSnapshots follows mapWithState");
    return in.stateSnapshots();
  }
};

template <class T>
T recordOf(const Value& value) {
  if constexpr (std::is_same_v<T, Pair>) {
    return value.pair();
  } else {
    return value;
  }
}

/// A field of the row that may be missing: then nothing comes.
template <class T>
DStream<T> sourceOf(test::StreamTest& running, const boost::json::value* in, std::optional<int> partitions) {
  test::Batches<T> batches;
  for (const Value& batch : in == nullptr ? Value::List() : Value(*in).list()) {
    auto& records = batches.emplace_back();
    if (batch == Value()) continue;
    records.emplace();
    for (const Value& record : batch.list()) records->push_back(recordOf<T>(record));
  }
  return partitions ? running.source<T>(batches, *partitions) : running.source<T>(batches);
}

}  // namespace

Stream Program::stream(const std::string& words) {
  std::string soFar;
  std::optional<Stream> made;
  for (const std::string& part : split(words, '|')) {
    const Words call = split(part, ' ');
    for (const std::string& word : call) soFar += " " + word;
    const auto before = made_.find(soFar);
    if (before != made_.end()) {
      made = before->second;
    } else {
      made = made ? std::visit(Operator{{*this, call}}, *made) : source(call);
      made_.emplace(soFar, *made);
    }
    soFar += " |";
  }
  return made.value();
}

Stream Program::source(const std::vector<std::string>& words) {
  const std::string& name = words[0];
  const auto* in = row_.as_object().if_contains(name.ends_with('2') ? "in2" : "in");
  const auto partitions = words.size() == 1 ? std::nullopt : std::optional(std::stoi(words[1]));
  if (name == "in" || name == "in2") return sourceOf<Value>(running_, in, partitions);
  if (name == "pairs" || name == "pairs2") return sourceOf<Pair>(running_, in, partitions);
  throw std::out_of_range("there is no such source: " + name);
}

test::Outputs<Value> Program::collect(const Stream& stream) {
  return std::visit([]<class S>(const S& held) { return collectValues<typename S::value_type>(held); },
                    stream);
}

std::int64_t Program::number(const std::string& word) const {
  if (std::isdigit(static_cast<unsigned char>(word[0]))) return std::stoll(word);
  const auto& field = row_.at(word);
  return field.is_bool() ? field.as_bool() : field.as_int64();
}

RDD<Pair> Program::initial(int partitions) {
  std::vector<Pair> states;
  for (const auto& state : row_.at("initial").as_array()) states.push_back(Value(state).pair());
  return context().sparkContext().parallelize(states, partitions);
}

}  // namespace millrace::parity
