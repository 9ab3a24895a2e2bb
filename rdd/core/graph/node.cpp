#include <millrace/base/error.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/rdd/core/graph/cached_nodes.hpp>
#include <millrace/rdd/core/graph/cached_partition.hpp>
#include <millrace/rdd/core/graph/checkpoint.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
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
  Cache(const std::shared_ptr<CacheHome>& home, int count) : level(home->level) {
    for (int i = 0; i < count; ++i) partitions.push_back(std::make_shared<CachedPartition>(home, i));
  }

  bool isComplete() const {
    return std::ranges::all_of(partitions, [](const auto& partition) { return partition->isStored(); });
  }
  /// True if all are stored, and stay so.
  bool keepAll() const {
    return std::ranges::all_of(partitions, [](const auto& partition) { return partition->keep(); });
  }

  const StorageLevel level;
  std::vector<std::shared_ptr<CachedPartition>> partitions;
};

/// Readers of what it is made of hold `parentsInUse`, and the node as long as it has no checkpoint: with the last of them go
/// the parents.
struct Node::Marked {
  enum class State { kMarked, kBeingWritten, kWritten };

  std::unique_ptr<Checkpoint> checkpoint;
  std::shared_ptr<const void> parentsInUse;
  State state = State::kMarked;
};

struct Node::Settings {
  Mutex mutex;
  std::optional<Marked> marked MILLRACE_GUARDED_BY(mutex);
  std::shared_ptr<Cache> cache MILLRACE_GUARDED_BY(mutex);
  bool readsParents MILLRACE_GUARDED_BY(mutex) = false;  // tasks may read them, whatever is stored by now
  std::string name MILLRACE_GUARDED_BY(mutex);
};

Node::Node(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents, int partitions,
           PartitionerPtr partitioner)
    : engine_(std::move(engine)),
      info_(std::move(info)),
      id_(engine_->newNodeId()),
      parents_(std::move(parents)),
      partitions_(partitions),
      partitioner_(std::move(partitioner)),
      settings_(std::make_shared<Settings>()) {
  for (const NodePtr& parent : parents_)
    if (holdsNode(parent)) ++parent->childEdges_;
}

Node::~Node() {
  {
    MutexLock lock(settings_->mutex);
    if (settings_->marked && settings_->marked->state != Marked::State::kWritten) --engine_->markedNodes();
    if (settings_->cache) engine_->cachedNodes().remove(id_);
  }
  letGoOfParents();
}

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
    if (isReachable || !settings_->cache->keepAll()) return false;
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
  if (isCheckpointed()) return true;
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
  if (!stored) return make(partition);
  return stored->partitions[static_cast<std::size_t>(partition)]->read([&](bool again) {
    if (again) prepare();
    return make(partition);
  });
}

ReaderPtr Node::make(int partition) {
  std::shared_ptr<const void> parentsInUse;
  const Checkpoint* written = nullptr;
  {
    MutexLock lock(settings_->mutex);
    if (settings_->marked) {
      parentsInUse = settings_->marked->parentsInUse;
      if (settings_->marked->state == Marked::State::kWritten) written = settings_->marked->checkpoint.get();
    }
  }
  if (written != nullptr) return written->open(*this, partition);
  ReaderPtr reader = compute(partition);
  if (parentsInUse) {
    using Both = std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>;
    reader->source = std::make_shared<const Both>(std::move(reader->source), std::move(parentsInUse));
  }
  return reader;
}

void Node::markForCheckpoint(std::unique_ptr<Checkpoint> checkpoint) {
  // Jobs that began before do not hold the token, so the parents stay with the node if there may be some.
  MutexLock lock(settings_->mutex);
  if (settings_->marked) return;
  settings_->marked.emplace(std::move(checkpoint));
  if (!settings_->readsParents) {
    const auto letGo = [node = weak_from_this()](const void*) {
      if (const NodePtr made = node.lock()) made->letGoOfParents();
    };
    settings_->marked->parentsInUse = std::shared_ptr<const void>(this, letGo);
  }
  ++engine_->markedNodes();
}

bool Node::isCheckpointed() const {
  MutexLock lock(settings_->mutex);
  return settings_->marked && settings_->marked->state == Marked::State::kWritten;
}

std::string Node::checkpointDirectory() const {
  MutexLock lock(settings_->mutex);
  const bool isWritten = settings_->marked && settings_->marked->state == Marked::State::kWritten;
  return isWritten ? settings_->marked->checkpoint->directory() : std::string();
}

void Node::writeCheckpoints() {
  std::unordered_set<const Node*> visited{this};
  std::vector<NodePtr> open{shared_from_this()};
  while (!open.empty()) {
    const NodePtr node = std::move(open.back());
    open.pop_back();
    if (node->writeOwnCheckpoint()) continue;
    for (NodePtr& parent : node->parentsHeld())
      if (visited.insert(parent.get()).second) open.push_back(std::move(parent));
  }
}

/// False if it is not marked.
bool Node::writeOwnCheckpoint() {
  Checkpoint* checkpoint;
  {
    MutexLock lock(settings_->mutex);
    if (!settings_->marked) return false;
    if (settings_->marked->state != Marked::State::kMarked) return true;
    settings_->marked->state = Marked::State::kBeingWritten;
    checkpoint = settings_->marked->checkpoint.get();
  }
  auto state = Marked::State::kMarked;
  std::shared_ptr<const void> parentsInUse;
  const ScopeExit written([&] {
    MutexLock lock(settings_->mutex);
    settings_->marked->state = state;
    if (state == Marked::State::kWritten) parentsInUse.swap(settings_->marked->parentsInUse);
  });
  checkpoint->write(*this);
  if (checkpoint->isCache() && !cache()->keepAll()) return true;  // the next job tries again
  state = Marked::State::kWritten;
  --engine_->markedNodes();
  return true;
}

BlockPtr Node::block(int) { return nullptr; }

std::size_t Node::storedRecords(int partition) {
  const BlockPtr stored = block(partition);
  return stored ? stored->records() : 0;
}

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

void Node::persist(StorageLevel level, const StoredForm& form, IfFull ifFull) {
  {
    MutexLock lock(settings_->mutex);
    if (settings_->cache && settings_->cache->level != level)
      throw Unsupported("the storage level of this RDD is already " + settings_->cache->level.description() +
                        ": unpersist() it before choosing " + level.description());
    if (settings_->cache || !level.isValid()) return;
    settings_->cache = std::make_shared<Cache>(engine_->cacheHome(level, form, info_, ifFull), partitions_);
  }
  engine_->cachedNodes().add(shared_from_this());
}

void Node::unpersist() {
  std::shared_ptr<Cache> dropped;  // without the lock: files may have to be removed
  MutexLock lock(settings_->mutex);
  if (settings_->marked && settings_->marked->checkpoint->isCache()) return;
  dropped.swap(settings_->cache);
  settings_->readsParents = true;
  if (dropped) engine_->cachedNodes().remove(id_);
}

StorageLevel Node::storageLevel() const {
  auto stored = cache();
  return stored ? stored->level : StorageLevel::NONE;
}

std::vector<StoredSize> Node::storedSizes() const {
  std::vector<StoredSize> sizes;
  if (const auto stored = cache()) {
    for (const auto& partition : stored->partitions) sizes.push_back(partition->size());
  }
  return sizes;
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
