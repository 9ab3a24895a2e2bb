#include <millrace/base/byte_archive.hpp>
#include <millrace/dstream/core/kept_batches.hpp>
#include <millrace/rdd/core/graph/engine.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace millrace::core {

namespace {

struct Batch {
  Time time;
  std::vector<BlockPtr> blocks;
};

void setKey(ByteWriter& key, Time time, std::size_t partition) {
  key.clear();
  key.raw(time.milliseconds());
  key.varint(partition);
}

class BatchesDelta final : public StateDelta {
 public:
  BatchesDelta(std::shared_ptr<const BatchForm> form, std::vector<Batch> come, std::map<Time, int> gone,
               bool isWhole)
      : form_(std::move(form)), come_(std::move(come)), gone_(std::move(gone)), isWhole_(isWhole) {}

  void writeTo(DeltaSink& sink) const override {
    ByteWriter key, value;
    for (const auto& [time, partitions] : gone_) {
      for (int p = 0; p < partitions; ++p) {
        setKey(key, time, static_cast<std::size_t>(p));
        sink.remove(key.written());
      }
    }
    for (const Batch& batch : come_) {
      for (std::size_t p = 0; p < batch.blocks.size(); ++p) {
        setKey(key, batch.time, p);
        value.clear();
        form_->write(value, *batch.blocks[p]);
        sink.put(key.written(), value.written());
      }
    }
  }
  std::size_t changes() const override {
    std::size_t changes = 0;
    for (const auto& [time, partitions] : gone_) changes += static_cast<std::size_t>(partitions);
    for (const Batch& batch : come_) changes += batch.blocks.size();
    return changes;
  }
  bool isWhole() const override { return isWhole_; }

 private:
  const std::shared_ptr<const BatchForm> form_;
  const std::vector<Batch> come_;
  const std::map<Time, int> gone_;
  const bool isWhole_;
};

Batch store(const BatchForm& form, Time time, Node& batch) {
  batch.prepare();
  std::vector<BlockPtr> blocks(static_cast<std::size_t>(batch.partitions()));
  batch.engine().runTasks(*batch.info(), allOf(batch),
                          [&](int p) { blocks[static_cast<std::size_t>(p)] = form.store(batch, p); });
  return {time, std::move(blocks)};
}

}  // namespace

std::function<StateDeltaPtr()> KeptBatches::changesTo(const std::map<Time, NodePtr>& needed) {
  std::map<Time, NodePtr> come;
  std::map<Time, int> gone = std::exchange(kept_, {});
  for (const auto& [time, batch] : needed) {
    if (gone.erase(time) == 0) come.emplace(time, batch);
    kept_.emplace(time, batch->partitions());
  }
  const bool isWhole = !std::exchange(isCut_, true);
  return [form = form_, come = std::move(come), gone = std::move(gone), isWhole]() -> StateDeltaPtr {
    if (come.empty() && gone.empty() && !isWhole) return nullptr;
    std::vector<Batch> stored;
    for (const auto& [time, batch] : come) stored.push_back(store(*form, time, *batch));
    return std::make_shared<BatchesDelta>(form, std::move(stored), gone, isWhole);
  };
}

void KeptBatches::put(std::string_view key, std::string_view value) {
  ByteReader keyBytes(key), valueBytes(value);
  const Time time(keyBytes.raw<std::int64_t>());
  form_->read(valueBytes, static_cast<std::size_t>(keyBytes.varint()), restored_[time]);
}

std::map<Time, std::vector<BlockPtr>> KeptBatches::takeRestored() {
  std::map<Time, std::vector<BlockPtr>> batches;
  for (const auto& [time, blocks] : std::exchange(restored_, {}))
    batches.emplace(time, std::vector<BlockPtr>(blocks.begin(), blocks.end()));
  return batches;
}

}  // namespace millrace::core
