#include <millrace/base/error.hpp>
#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/job_graph.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace millrace::core {

namespace {

// The text of a graph stays in proportion to it: Spark's form, in which what is shared is shown again, doubles with each
// operator that shares, and each shuffle moves what is below it to the right.
constexpr std::size_t kMostLines = 1000;
constexpr std::size_t kWidestIndent = 200;

}  // namespace

JobGraph::JobGraph(NodePtr root) {
  // Parents first, without recursion: a graph may be deep.
  std::unordered_set<const Node*> begun{root.get()};
  std::vector<std::pair<Operator, std::size_t>> open;
  const auto begin = [&](NodePtr node) {
    std::vector<NodePtr> parents = node->parentsHeld();
    open.push_back({{std::move(node), std::move(parents)}, 0});
  };
  begin(std::move(root));
  while (!open.empty()) {
    auto& [current, next] = open.back();
    if (next == current.parents.size()) {
      operators_.push_back(std::move(current));
      open.pop_back();
      continue;
    }
    NodePtr parent = current.parents[next++];
    if (begun.insert(parent.get()).second) begin(std::move(parent));
  }
}

Node& JobGraph::node(int id) const {
  if (id < 0 || id >= operators())
    throw IllegalArgument("operator " + std::to_string(id) + " of a graph that has operators 0 to " +
                          std::to_string(operators() - 1) + ": build the same graph on both sides");
  return *operators_[static_cast<std::size_t>(id)].node;
}

int JobGraph::idOf(const Node& node) const {
  const auto found =
      std::ranges::find(operators_, &node, [](const Operator& each) { return each.node.get(); });
  if (found == operators_.end()) throw IllegalArgument(node.info()->describe() + " is not in this graph");
  return static_cast<int>(found - operators_.begin());
}

std::uint64_t JobGraph::fingerprint() const {
  std::unordered_map<const Node*, std::uint64_t> hashes;
  std::uint64_t all = operators_.size();
  for (const auto& [node, parents] : operators_) {
    const std::string& kind = node->info()->kind;
    std::uint64_t hash = hashLongBytes(kind.data(), kind.size());
    hash = hashCombine(hash, static_cast<std::uint64_t>(node->partitions()));
    hash = hashCombine(
        hash, node->partitioner() ? 1 + static_cast<std::uint64_t>(node->partitioner()->partitions()) : 0);
    for (const NodePtr& parent : parents) hash = hashCombine(hash, hashes.at(parent.get()));
    // Two equal operators differ by their places.
    hash = hashCombine(hash, hashes.size());
    hashes.emplace(node.get(), hash);
    all = hashCombine(all, hash);
  }
  return all;
}

std::string JobGraph::toDebugString() const {
  std::unordered_map<const Node*, std::size_t> ids, lines;
  for (const auto& [node, parents] : operators_) {
    ids.emplace(node.get(), ids.size());
    std::size_t& all = lines[node.get()] = 1;
    for (const NodePtr& parent : parents) all = std::min(all + lines.at(parent.get()), kMostLines + 1);
  }
  const Node& root = *operators_.back().node;
  const bool repeats = lines.at(&root) <= kMostLines;
  std::unordered_set<const Node*> shown;
  struct Line {
    const Node* node;
    std::string first;  // before this line
    std::string rest;   // before those below it
  };
  const auto count = [](const Node& node) { return "(" + std::to_string(node.partitions()) + ")"; };
  const auto rule = [&](const Node& node) {
    const std::size_t width = count(node).size(), left = (width - 1) / 2;
    return std::string(left, ' ') + "|" + std::string(width - left, ' ');
  };
  std::string text;
  std::vector<Line> open{{&root, count(root) + " ", rule(root)}};
  while (!open.empty()) {
    const Line line = std::move(open.back());
    open.pop_back();
    const std::string name = line.node->name();
    const StorageLevel level = line.node->storageLevel();
    const std::size_t id = ids.at(line.node);
    text += line.first + (name.empty() ? "" : name + " ") + line.node->info()->kind + "[" +
            std::to_string(id) + "] [" + (level.isValid() ? level.description() : "") + "]";
    const auto& parents = operators_[id].parents;
    const bool isAbove = !shown.insert(line.node).second && !repeats && !parents.empty();
    text += isAbove ? " (see above)\n" : "\n";
    if (isAbove) continue;
    for (std::size_t i = parents.size(); i-- > 0;) {
      const Node& parent = *parents[i];
      if (!line.node->isShuffle()) {
        open.push_back({&parent, line.rest, line.rest});
        continue;
      }
      const std::string before = line.rest.substr(0, std::min(line.rest.find_last_of('|'), kWidestIndent));
      const bool last = i + 1 == parents.size();
      open.push_back(
          {&parent, before + "+-" + count(parent) + " ", before + (last ? "  " : "| ") + rule(parent)});
    }
  }
  text.pop_back();
  return text;
}

void runTask(const JobGraph& graph, int operatorId, int partition, FunctionRef<void(ReaderPtr)> visit) {
  Node& node = graph.node(operatorId);
  if (partition < 0 || partition >= node.partitions())
    throw IllegalArgument("partition " + std::to_string(partition) + " of " + node.info()->describe() +
                          ", which has " + std::to_string(node.partitions()) +
                          ": build the same graph on both sides");
  node.engine().runTask(partition, [&](int number) {
    node.prepare();
    visit(node.read(number));
  });
}

}  // namespace millrace::core
