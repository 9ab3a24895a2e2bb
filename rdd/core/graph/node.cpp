#include <millrace/base/error.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/graph/block_slot.hpp>
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

/// Whether most operators on the deepest way from `node` are unions.
bool isMadeOfUnions(const Node* node, const Depths& depths) {
  const auto deeper = [&](const NodePtr& a, const NodePtr& b) {
    return depths.at(a.get()) < depths.at(b.get());
  };
  int unions = 0, all = 0;
  for (; node != nullptr; ++all) {
    if (node->info()->kind == "union") ++unions;
    const auto& parents = node->parents();
    const auto deepest = std::ranges::max_element(parents, deeper);
    node = deepest == parents.end() || depths.at(deepest->get()) == 0 ? nullptr : deepest->get();
  }
  return 2 * unions > all;
}

[[noreturn]] void throwTooDeep(const Node& node, const Depths& depths) {
  throw SparkException(
      "the lineage of " + node.info()->describe() + " is more than " + std::to_string(kDeepestRead) +
      " operators deep since the last shuffle or stored RDD, which is more than a task can read: " +
      (isMadeOfUnions(&node, depths) ? "unite all RDDs at once with SparkContext::union_, or " : "") +
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
  std::string name MILLRACE_GUARDED_BY(mutex);
};

Node::Node(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents, int partitions,
           PartitionerPtr partitioner)
    : engine_(std::move(engine)),
      info_(std::move(info)),
      parents_(std::move(parents)),
      partitions_(partitions),
      partitioner_(std::move(partitioner)),
      settings_(std::make_shared<Settings>()) {}

Node::~Node() { drop(std::move(parents_)); }

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
    std::size_t next = 0;
    int depth = 0;  // of its parents' reading
  };
  Depths depths;
  std::vector<Visit> open{{this}};
  while (!open.empty()) {
    Visit& visit = open.back();
    Node& node = *visit.node;
    if (visit.next < node.parents_.size()) {
      Node& parent = *node.parents_[visit.next];
      const auto [known, isNew] = depths.try_emplace(&parent, 0);
      if (isNew && !parent.isReady()) {
        open.push_back({&parent});
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
  engine_->runTasks(allOf(*this), [this](int partition) { read(partition); });
}

ReaderPtr Node::read(int partition) {
  auto stored = cache();
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
  std::vector<Node*> open{this};
  while (!open.empty()) {
    Node& node = *open.back();
    open.pop_back();
    node.pinSelf();
    for (const NodePtr& parent : node.parents_)
      if (visited.insert(parent.get()).second) open.push_back(parent.get());
  }
}

void Node::persist(StorageLevel level, StoreFn store) {
  MutexLock lock(settings_->mutex);
  if (settings_->cache && settings_->cache->level != level)
    throw Unsupported("the storage level of this RDD is already " + settings_->cache->level.description() +
                      ": unpersist() it before choosing " + level.description());
  if (!settings_->cache && level.isValid())
    settings_->cache = std::make_shared<Cache>(level, store, partitions_);
}

void Node::unpersist() {
  MutexLock lock(settings_->mutex);
  settings_->cache.reset();
}

StorageLevel Node::storageLevel() const {
  auto stored = cache();
  return stored ? stored->level : StorageLevel::NONE;
}

std::shared_ptr<Node::Cache> Node::cache() const {
  MutexLock lock(settings_->mutex);
  return settings_->cache;
}

ReaderPtr openBlock(BlockPtr block) {
  ReaderPtr reader = block->open();
  reader->source = std::move(block);
  return reader;
}

}  // namespace millrace::core
