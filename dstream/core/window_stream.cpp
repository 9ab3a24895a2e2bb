#include <millrace/base/error.hpp>
#include <millrace/dstream/core/window_stream.hpp>

#include <utility>

namespace millrace::core {

namespace {

void checkPositiveMultiple(const std::string& what, Duration given, Duration slide) {
  if (given <= Duration(0) || !given.isMultipleOf(slide))
    throw IllegalArgument(what + " is " + given.toString() +
                          ": it has to be a positive multiple of the parent's slide, " + slide.toString());
}

class WindowStream final : public StreamNode {
 public:
  WindowStream(const StreamPtr& parent, Duration window, Duration slide, ConcatFn concat)
      : StreamNode("window", {parent}, slide), window_(window), concat_(concat) {}

  void persist(StorageLevel level, const StoredForm* form) override { parents()[0]->persist(level, form); }
  StorageLevel storageLevel() const override { return StorageLevel::NONE; }
  Duration parentRememberDuration() const override { return saturatedSum(rememberDuration(), window_); }

 protected:
  NodePtr compute(Time time) override {
    StreamNode& parent = *parents()[0];
    return keyedUnionNode(engine(), info(), parent.rddsBetween(time - window_ + parent.slideDuration(), time),
                          concat_);
  }

 private:
  const Duration window_;
  const ConcatFn concat_;
};

}  // namespace

void checkWindow(const std::string& kind, const StreamNode& parent, Duration window, Duration slide) {
  checkPositiveMultiple("the length of " + kind, window, parent.slideDuration());
  checkPositiveMultiple("the slide of " + kind, slide, parent.slideDuration());
}

StreamPtr windowStream(const StreamPtr& parent, Duration window, Duration slide, const StoredForm& form,
                       ConcatFn concat) {
  checkWindow("window", *parent, window, slide);
  auto stream = std::make_shared<WindowStream>(parent, window, slide, concat);
  if (!parent->storageLevel().isValid()) parent->persist(StorageLevel::MEMORY_ONLY_SER, &form);
  return stream;
}

}  // namespace millrace::core
