#include <millrace/base/error.hpp>
#include <millrace/dstream/core/cuts.hpp>
#include <millrace/dstream/core/joined_delta.hpp>
#include <millrace/dstream/core/kept_batches.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/rdd/core/graph/source.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

void checkPositiveMultiple(const std::string& what, Duration given, Duration slide) {
  if (given <= Duration(0) || !given.isMultipleOf(slide))
    throw IllegalArgument(what + " is " + given.toString() +
                          ": it has to be a positive multiple of the parent's slide, " + slide.toString());
}

class WindowStream final : public StreamNode {
 public:
  WindowStream(const StreamPtr& parent, Duration window, Duration slide, ConcatFn concat,
               std::shared_ptr<const BatchForm> batches)
      : StreamNode("window", {parent}, slide), window_(window), concat_(concat), kept_(std::move(batches)) {}

  void persist(StorageLevel level, const StoredForm* form) override { parents()[0]->persist(level, form); }
  StorageLevel storageLevel() const override { return StorageLevel::NONE; }
  void validate() const override {
    StreamNode::validate();
    if (graph()->cuts()) kept_.form().requireCodec();
  }
  bool keepsState() const override { return true; }
  std::string stateType() const override { return kept_.form().recordType(); }
  /// What the next window shows of the batches up to the cut has to be kept: the records themselves, since what they were made
  /// of may be gone.
  void cutAt(Time time, Cuts& cuts) override {
    StreamNode& parent = *parents()[0];
    const Time next = time.floor(slideDuration(), graph()->zeroTime()) + slideDuration();
    std::map<Time, NodePtr> needed;
    for (Time at = next - window_ + parent.slideDuration(); at <= time; at = at + parent.slideDuration()) {
      if (NodePtr batch = parent.rdd(at)) needed.emplace(at, std::move(batch));
    }
    cuts.add(time, [info = info(), changes = kept_.changesTo(needed)](std::vector<StatePart>& parts) {
      if (StateDeltaPtr batches = joinedDelta(nullptr, changes(), std::nullopt))
        parts.push_back({info, 0, std::move(batches)});
    });
  }
  Duration parentRememberDuration() const override { return saturatedSum(rememberDuration(), window_); }

 protected:
  void restoreState(const StateDelta& kept) override {
    readKept(kept, [&](KeptKind kind, std::string_view key, std::string_view value) {
      if (kind == KeptKind::kBatch) kept_.put(key, value);
    });
    StreamNode& parent = *parents()[0];
    for (auto& [at, blocks] : kept_.takeRestored())
      parent.setRdd(at, blockNode(engine(), parent.info(), std::move(blocks)));
  }
  NodePtr compute(Time time) override {
    StreamNode& parent = *parents()[0];
    return keyedUnionNode(engine(), info(), parent.rddsBetween(time - window_ + parent.slideDuration(), time),
                          concat_);
  }

 private:
  const Duration window_;
  const ConcatFn concat_;
  KeptBatches kept_;
};

}  // namespace

void checkWindow(const std::string& kind, const StreamNode& parent, Duration window, Duration slide) {
  checkPositiveMultiple("the length of " + kind, window, parent.slideDuration());
  checkPositiveMultiple("the slide of " + kind, slide, parent.slideDuration());
}

StreamPtr windowStream(const StreamPtr& parent, Duration window, Duration slide, const StoredForm& form,
                       ConcatFn concat, std::shared_ptr<const BatchForm> batches) {
  checkWindow("window", *parent, window, slide);
  auto stream = std::make_shared<WindowStream>(parent, window, slide, concat, std::move(batches));
  if (!parent->storageLevel().isValid()) parent->persist(StorageLevel::MEMORY_ONLY_SER, &form);
  return stream;
}

}  // namespace millrace::core
