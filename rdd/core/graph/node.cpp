#include <millrace/base/error.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/graph/block_slot.hpp>
#include <millrace/rdd/core/graph/cached_nodes.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <algorithm>
#include <deque>
#include <iterator>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace millrace::core {

namespace {

// How many operators may be read inside of each other: a few hundred bytes of stack each, of the 4 MiB of a TBB thread.
constexpr int kDeepestRead = 2000;

using Depths = std::unordered_map<const Node*, int>;

/// Whether most operators on the deepest way from `top` are unions.
bool isMadeOfUnions(const Node& top, const Depths& depths) {
  const auto depthOf = [&](const NodePtr& node) {
    const auto known = depths.find(node.get());
    return known == depths.end() ? 0 : known->second;
  };
  int unions = 0, all = 0;
  NodePtr deepest;
  for (const Node* node = &top; node != nullptr; node = deepest.get(), ++all) {
    if (node->info()->kind == "union") ++unions;
    const auto parents = node->parentsHeld();
    const auto found = std::ranges::max_element(parents, {}, depthOf);
    deepest = found == parents.end() || depthOf(*found) == 0 ? nullptr : *found;
  }
  return 2 * unions > all;
}

/// True for a child's edge that holds the node itself, and not what a function was lent (see lendNode).
bool holdsNode(const NodePtr& edge) {
  const std::weak_ptr<Node> node = edge->weak_from_this();
  return !node.owner_before(edge) && !edge.owner_before(node);
}

[[noreturn]] void throwTooDeep(const Node& node, const Depths& depths) {
  throw SparkException(
      "the lineage of " + node.info()->describe() + " is more than " + std::to_string(kDeepestRead) +
      " operators deep since the last shuffle or stored RDD, which is more than a task can read: " +
      (isMadeOfUnions(node, depths) ? "unite all RDDs at once with SparkContext::union_, or " : "") +
      "cache() an RDD every " + std::to_string(kDeepestRead / 2) + " steps");
}

}  // namespace

struct Node::Cache {
  Cache(StorageLevel asked, StoreFn storeFn, int partitions)
      : level(asked), store(storeFn), slots(static_cast<std::size_t>(partitions)) {}

  bool isComplete() const {
    return std::all_of(slots.begin(), slots.end(), [](const BlockSlot& slot) { return slot.isFilled(); });
  }

  const StorageLevel level;
  const StoreFn store;
  std::deque<BlockSlot> slots;
};

struct Node::Settings {
  Mutex mutex;
  std::shared_ptr<Cache> cache MILLRACE_GUARDED_BY(mutex);
  bool readsParents MILLRACE_GUARDED_BY(mutex) = false;  // tasks may read them, whatever is stored by now
  std::string name MILLRACE_GUARDED_BY(mutex);
};

Node::Node(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents, int partitions,
           PartitionerPtr partitioner)
    : engine_(std::move(engine)),
      info_(std::move(info)),
      parents_(std::move(parents)),
      partitions_(partitions),
      partitioner_(std::move(partitioner)),
      settings_(std::make_shared<Settings>()) {
  for (const NodePtr& parent : parents_)
    if (holdsNode(parent)) ++parent->childEdges_;
}

Node::~Node() { letGoOfParents(); }

std::vector<NodePtr> Node::parentsHeld() const {
  MutexLock lock(settings_->mutex);
  return parents_;
}

void Node::letGoOfParents() {
  std::vector<NodePtr> parents;
  {
    MutexLock lock(settings_->mutex);
    parents.swap(parents_);
  }
  for (const NodePtr& parent : parents)
    if (holdsNode(parent)) --parent->childEdges_;
  drop(std::move(parents));
}

bool Node::settle() {
  const bool isReachable = weak_from_this().use_count() > childEdges_ + 1;  // the caller holds it too
  {
    MutexLock lock(settings_->mutex);
    if (!settings_->cache || settings_->readsParents) return true;
    if (isReachable || !settings_->cache->isComplete()) return false;
  }
  letGoOfParents();
  return true;
}

void Node::drop(std::vector<NodePtr> nodes) {
  static thread_local std::vector<NodePtr>* dropping = nullptr;
  if (dropping != nullptr) {
    std::ranges::move(nodes, std::back_inserter(*dropping));
    return;
  }
  dropping = &nodes;
  while (!nodes.empty()) {
    NodePtr last = std::move(nodes.back());
    nodes.pop_back();
    last.reset();
  }
  dropping = nullptr;
}

bool Node::isReady() const {
  auto stored = cache();
  return stored && stored->isComplete();
}

void Node::prepare() {
  if (isReady()) return;
  struct Visit {
    Node* node;
    std::vector<NodePtr> parents;  // held: another job may be the one after which the node lets go of them
    std::size_t next = 0;
    int depth = 0;  // of its parents' reading
  };
  Depths depths;
  std::vector<Visit> open{{this, parentsHeld()}};
  while (!open.empty()) {
    Visit& visit = open.back();
    Node& node = *visit.node;
    if (visit.next < visit.parents.size()) {
      Node& parent = *visit.parents[visit.next];
      const auto [known, isNew] = depths.try_emplace(&parent, 0);
      if (isNew && !parent.isReady()) {
        open.push_back({&parent, parent.parentsHeld()});
      } else {
        visit.depth = std::max(visit.depth, known->second);
        ++visit.next;
      }
      continue;
    }
    node.prepareSelf();
    int depth = node.isReady() ? 0 : visit.depth + 1;
    if (depth > kDeepestRead / 2 && (node.cache() || node.isShuffle())) {
      node.storeAll();
      depth = 0;
    }
    if (depth > kDeepestRead) throwTooDeep(node, depths);
    depths[&node] = depth;
    open.pop_back();
  }
}

void Node::storeAll() {
  engine_->runTasks(*info_, allOf(*this), [this](int partition) { read(partition); });
}

ReaderPtr Node::read(int partition) {
  auto stored = cacheToRead();
  if (!stored) return compute(partition);
  BlockSlot& slot = stored->slots[static_cast<std::size_t>(partition)];
  return openBlock(slot.get([&] { return stored->store(compute(partition)); }));
}

BlockPtr Node::block(int) { return nullptr; }

std::string Node::name() const {
  MutexLock lock(settings_->mutex);
  return settings_->name;
}

void Node::setName(std::string name) {
  MutexLock lock(settings_->mutex);
  settings_->name = std::move(name);
}

void Node::pin() {
  std::unordered_set<const Node*> visited{this};
  std::vector<NodePtr> open{shared_from_this()};
  while (!open.empty()) {
    const NodePtr node = std::move(open.back());
    open.pop_back();
    node->pinSelf();
    for (NodePtr& parent : node->parentsHeld())
      if (visited.insert(parent.get()).second) open.push_back(std::move(parent));
  }
}

void Node::persist(StorageLevel level, StoreFn store) {
  {
    MutexLock lock(settings_->mutex);
    if (settings_->cache && settings_->cache->level != level)
      throw Unsupported("the storage level of this RDD is already " + settings_->cache->level.description() +
                        ": unpersist() it before choosing " + level.description());
    if (settings_->cache || !level.isValid()) return;
    settings_->cache = std::make_shared<Cache>(level, store, partitions_);
  }
  engine_->cachedNodes().add(shared_from_this());
}

void Node::unpersist() {
  MutexLock lock(settings_->mutex);
  settings_->cache.reset();
  settings_->readsParents = true;
}

StorageLevel Node::storageLevel() const {
  auto stored = cache();
  return stored ? stored->level : StorageLevel::NONE;
}

std::shared_ptr<Node::Cache> Node::cache() const {
  MutexLock lock(settings_->mutex);
  return settings_->cache;
}

std::shared_ptr<Node::Cache> Node::cacheToRead() const {
  MutexLock lock(settings_->mutex);
  if (!settings_->cache) settings_->readsParents = true;
  return settings_->cache;
}

ReaderPtr openBlock(BlockPtr block) {
  ReaderPtr reader = block->open();
  reader->source = std::move(block);
  return reader;
}

}  // namespace millrace::core
