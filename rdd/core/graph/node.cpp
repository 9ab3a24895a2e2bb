#include <millrace/base/error.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/graph/block_slot.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <algorithm>
#include <deque>
#include <utility>

namespace millrace::core {

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

Node::~Node() = default;

void Node::prepare() {
  if (auto stored = cache(); stored && stored->isComplete()) return;
  for (const NodePtr& parent : parents_) parent->prepare();
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
  for (const NodePtr& parent : parents_) parent->pin();
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
