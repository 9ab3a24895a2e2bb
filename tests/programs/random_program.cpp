#include "random_program.hpp"

#include "forms.hpp"

#include <algorithm>
#include <iterator>
#include <random>
#include <set>

namespace millrace::programs {

namespace {

/// What the generator has to know of a stream to keep to the rules.
struct Known {
  std::string id;
  std::int64_t slide = 0;
  bool positive = false;    // all values are above zero
  bool partitioned = true;  // its partitions are those that the rules fix
  bool isState = false;     // made by mapWithState
  double most = 12;         // records in a batch, at most
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) { program_.form = kForms[seed % std::size(kForms)]; }

  Program run() {
    program_.batches = pick(3, 7);
    int sources = pick(1, 2);
    for (int i = 0; i < sources; ++i) addSource(std::string(1, static_cast<char>('a' + i)));
    int operators = pick(2, 8);
    for (int i = 0; i < operators; ++i) addOperator("n" + std::to_string(i));
    int outputs = pick(1, 3);
    for (int i = 0; i < outputs; ++i) addOutput(streams_[static_cast<std::size_t>(pick(0, last()))].id);
    addOutput(streams_.back().id);
    bool sameSlides =
        std::ranges::all_of(streams_, [&](const Known& s) { return s.slide == program_.batchMs; });
    if (sameSlides && chance(60)) program_.checkpointMs = program_.batchMs * pick(1, 3);
    return program_;
  }

 private:
  int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }
  bool chance(int percent) { return pick(1, 100) <= percent; }
  template <std::size_t N>
  const char* oneOf(const char* const (&names)[N]) {
    return names[pick(0, static_cast<int>(N) - 1)];
  }
  int last() const { return static_cast<int>(streams_.size()) - 1; }

  void addSource(const std::string& id) {
    constexpr int kPartitions[] = {1, 2, 5};
    Source source;
    source.partitions = kPartitions[pick(0, 2)];
    bool mayBeMissing = chance(20);
    int batches = pick(1, program_.batches);
    for (int i = 0; i < batches; ++i) {
      if (mayBeMissing && chance(15)) {
        source.in.push_back(std::nullopt);
      } else {
        source.in.push_back(someRecords(chance(25) ? 0 : pick(1, 12), 1));
      }
    }
    program_.sources[id] = std::move(source);
    streams_.push_back({id, program_.batchMs, true, true, false});
  }

  Records someRecords(int count, int least) {
    Records records;
    for (int i = 0; i < count; ++i) records.emplace_back(pick(0, 6), pick(least, 40));
    return records;
  }

  void addOutput(const std::string& id) {
    if (std::ranges::find(program_.outputs, id) == program_.outputs.end()) program_.outputs.push_back(id);
  }

  void addOperator(const std::string& id) {
    const Known parent = streams_[static_cast<std::size_t>(pick(0, last()))];
    Operation node;
    node.id = id;
    node.in = {parent.id};
    Known made{id, parent.slide, false, parent.partitioned, false, parent.most};
    switch (pick(0, 16)) {
      case 0:
        map(node, parent, made);
        break;
      case 1:
        mapValues(node, parent, made);
        break;
      case 2:
        filter(node, parent, made);
        break;
      case 3:
        flatMap(node, parent, made);
        break;
      case 4:
        mapPartitions(node, parent, made);
        break;
      case 5:
        repartition(node, parent, made);
        break;
      case 6:
        unite(node, parent, made);
        break;
      case 7:
        reduceByKey(node, made);
        break;
      case 8:
        window(node, parent, made);
        break;
      case 9:
        reduceByKeyAndWindow(node, parent, made);
        break;
      case 10:
        state(node, parent, made);
        break;
      case 11:
        wholeBatch(node, parent, made);
        break;
      case 12:
        wholeWindow(node, parent, made);
        break;
      case 13:
        group(node, parent, made);
        break;
      case 14:
        update(node, made);
        break;
      case 15:
        transform(node, parent, made);
        break;
      case 16:
        pair(node, parent, made);
        break;
    }
    program_.nodes.push_back(std::move(node));
    streams_.push_back(std::move(made));
  }

  void map(Operation& node, const Known& parent, Known& made) {
    node.op = "map";
    node.f = oneOf({"addKey", "swap", "modKey", "one", "mix"});
    if (node.f == "addKey") node.n = pick(-3, 3);
    if (node.f == "modKey") node.n = pick(1, 4);
    made.positive = node.f == "one" || (parent.positive && node.f != "swap");
  }
  void mapValues(Operation& node, const Known& parent, Known& made) {
    node.op = "mapValues";
    node.f = oneOf({"add", "negate", "square"});
    if (node.f == "add") node.n = pick(1, 9);
    made.positive = parent.positive && node.f == "add";
  }
  void filter(Operation& node, const Known& parent, Known& made) {
    node.op = "filter";
    node.f = oneOf({"keyMod", "positive", "nonzero"});
    if (node.f == "keyMod") {
      node.n = pick(2, 4);
      node.r = pick(0, static_cast<int>(node.n) - 1);
    }
    made.positive = parent.positive || node.f == "positive";
  }
  void flatMap(Operation& node, const Known& parent, Known& made) {
    node.op = "flatMap";
    node.f = oneOf({"repeat", "dropOdd"});
    if (node.f == "repeat") node.n = pick(0, 4);
    made.positive = parent.positive;
    made.most *= 4;
  }
  void mapPartitions(Operation& node, const Known& parent, Known& made) {
    if (parent.partitioned && chance(30)) {
      node.op = "glomSizes";
      return;
    }
    node.op = "mapPartitions";
    node.f = parent.partitioned && chance(60) ? "sum" : "id";
    made.positive = parent.positive && node.f == "id";
  }
  void repartition(Operation& node, const Known& parent, Known& made) {
    node.op = "repartition";
    node.n = pick(1, 4);
    made.positive = parent.positive;
    made.partitioned = false;
  }
  void unite(Operation& node, const Known& parent, Known& made) {
    node.op = "union";
    made.positive = parent.positive;
    for (int more = pick(1, 2); more > 0; --more) {
      const Known& taken = sameSlide(parent);
      node.in.push_back(taken.id);
      made.most += taken.most;
      made.positive = made.positive && taken.positive;
      made.partitioned = made.partitioned && taken.partitioned;
    }
  }
  void reduceByKey(Operation& node, Known& made) {
    node.op = "reduceByKey";
    node.f = oneOf({"sum", "min", "max", "xor"});
    made.partitioned = false;
  }
  void lengths(Operation& node, const Known& parent, Known& made) {
    node.windowMs = parent.slide * pick(1, 4);
    made.most *= 4;
    node.slideMs = parent.slide * (chance(70) ? 1 : pick(1, 2));
    made.slide = node.slideMs;
  }
  void window(Operation& node, const Known& parent, Known& made) {
    node.op = "window";
    lengths(node, parent, made);
    made.positive = parent.positive;
  }
  void reduceByKeyAndWindow(Operation& node, const Known& parent, Known& made) {
    node.op = "reduceByKeyAndWindow";
    lengths(node, parent, made);
    node.inverse = chance(60);
    node.f = node.inverse ? oneOf({"sum", "xor"}) : oneOf({"sum", "min", "max", "xor"});
    // A sum of texts' values is zero while there are values.
    const bool canLeave = node.inverse && parent.positive && node.f == "sum" && program_.form != "texts";
    if (canLeave && chance(50)) node.filter = "nonzero";
    made.partitioned = false;
  }
  void state(Operation& node, const Known& parent, Known& made) {
    made.partitioned = false;
    if (parent.isState && chance(50)) {
      node.op = "stateSnapshots";
      return;
    }
    node.op = "mapWithState";
    node.f = oneOf({"runningSum", "toggle"});
    made.isState = true;
    if (chance(30)) node.timeoutMs = program_.batchMs * pick(1, 2);
    if (chance(30)) {
      Records initial;
      for (int key = 0; key < pick(1, 4); ++key) initial.emplace_back(key, pick(1, 9));
      node.initial = std::move(initial);
    }
  }

  const Known& sameSlide(const Known& stream) {
    const Known& other = streams_[static_cast<std::size_t>(pick(0, last()))];
    return other.slide == stream.slide ? other : stream;
  }
  const char* anyFold() { return oneOf({"sum", "min", "max", "xor"}); }

  void wholeBatch(Operation& node, const Known& parent, Known& made) {
    node.op = oneOf({"reduce", "count", "countByValue"});
    if (node.op == "reduce") node.f = anyFold();
    made.positive = node.op == "countByValue" || (node.op == "reduce" && node.f == "max" && parent.positive);
    made.partitioned = false;
  }
  void wholeWindow(Operation& node, const Known& parent, Known& made) {
    node.op = oneOf({"reduceByWindow", "countByWindow", "countByValueAndWindow"});
    lengths(node, parent, made);
    if (node.op == "reduceByWindow") {
      node.inverse = chance(50);
      node.f = node.inverse ? oneOf({"sum", "xor"}) : anyFold();
    }
    made.positive = node.op == "countByValueAndWindow";
    made.partitioned = false;
  }
  void group(Operation& node, const Known& parent, Known& made) {
    node.op = oneOf({"groupByKey", "groupByKeyAndWindow"});
    node.f = oneOf({"count", "sortedFirst", "sum"});
    if (node.op == "groupByKeyAndWindow") lengths(node, parent, made);
    made.positive = node.f == "count" || (parent.positive && node.f == "sortedFirst");
    made.partitioned = false;
  }
  void update(Operation& node, Known& made) {
    node.op = "updateStateByKey";
    node.f = oneOf({"sum", "sumDropNegative", "countCalls"});
    if (chance(30)) {
      Records initial;
      const int keys = pick(1, 4);
      for (int key = 0; key < keys; ++key) initial.emplace_back(key, pick(1, 9));
      node.initial = std::move(initial);
    }
    made.positive = node.f == "countCalls";
    made.partitioned = false;
    made.most *= program_.batches;
  }
  void transform(Operation& node, const Known& parent, Known& made) {
    node.op = "transform";
    node.f = oneOf({"distinct", "sortByKey", "top", "subtractEven"});
    if (node.f == "top") node.n = pick(1, 4);
    made.positive = parent.positive;
    made.partitioned = false;
  }
  void pair(Operation& node, const Known& parent, Known& made) {
    constexpr double kMost = 3000;
    const Known& other = sameSlide(parent);
    node.in.push_back(other.id);
    made.partitioned = false;
    if (parent.most * other.most > kMost) {
      node.op = chance(50) ? "cogroup" : "transformWith";
      if (node.op == "transformWith") node.f = "union";
      made.most = parent.most + other.most;
      return;
    }
    node.op = oneOf({"join", "leftOuterJoin", "rightOuterJoin", "fullOuterJoin", "cogroup", "transformWith"});
    if (node.op == "transformWith") node.f = oneOf({"union", "join"});
    made.most = parent.most * other.most;
  }

  std::mt19937_64 random_;
  Program program_;
  std::vector<Known> streams_;
};

void dropUnused(Program& program) {
  std::set<std::string> used(program.outputs.begin(), program.outputs.end());
  for (auto node = program.nodes.rbegin(); node != program.nodes.rend(); ++node) {
    if (used.contains(node->id)) used.insert(node->in.begin(), node->in.end());
  }
  std::erase_if(program.nodes, [&](const Operation& node) { return !used.contains(node.id); });
}

/// All programs that are one step smaller.
std::vector<Program> smaller(const Program& program) {
  std::vector<Program> found;
  auto add = [&](auto change) {
    Program changed = program;
    change(changed);
    dropUnused(changed);
    found.push_back(std::move(changed));
  };
  for (std::size_t i = 0; program.outputs.size() > 1 && i < program.outputs.size(); ++i)
    add([&](Program& p) { p.outputs.erase(p.outputs.begin() + static_cast<std::ptrdiff_t>(i)); });
  for (const Operation& node : program.nodes) {
    add([&](Program& p) {
      auto replace = [&](std::string& id) { id = id == node.id ? node.in[0] : id; };
      for (Operation& other : p.nodes) std::ranges::for_each(other.in, replace);
      std::ranges::for_each(p.outputs, replace);
    });
  }
  if (program.batches > 1) add([](Program& p) { --p.batches; });
  for (const auto& [id, source] : program.sources) {
    if (source.partitions > 1) add([&](Program& p) { p.sources[id].partitions = 1; });
    for (std::size_t b = 0; b < source.in.size(); ++b) {
      if (!source.in[b]) continue;
      for (std::size_t r = 0; r < source.in[b]->size(); ++r)
        add([&](Program& p) {
          p.sources[id].in[b]->erase(p.sources[id].in[b]->begin() + static_cast<std::ptrdiff_t>(r));
        });
    }
  }
  return found;
}

}  // namespace

Program randomProgram(std::uint64_t seed) { return Generator(seed).run(); }

Program shrink(Program program, const std::function<bool(const Program&)>& fails) {
  for (bool shrunk = true; shrunk;) {
    shrunk = false;
    for (Program& candidate : smaller(program)) {
      if (!fails(candidate)) continue;
      program = std::move(candidate);
      shrunk = true;
      break;
    }
  }
  return program;
}

}  // namespace millrace::programs
