#include <millrace/base/error.hpp>
#include <millrace/dstream/core/union_stream.hpp>
#include <millrace/rdd/core/gather.hpp>

#include <utility>

namespace millrace::core {

namespace {

class UnionStream final : public StreamNode {
 public:
  explicit UnionStream(std::vector<StreamPtr> parents) : StreamNode("union", std::move(parents)) {}

  Flow flow() const override { return Concatenated{}; }

 protected:
  NodePtr compute(Time time) override {
    std::vector<NodePtr> rdds;
    for (std::size_t i = 0; i < parents().size(); ++i) rdds.push_back(parentRdd(i, time));
    return unionNode(graph()->engine(), info(), std::move(rdds));
  }
};

}  // namespace

StreamPtr unionStream(std::vector<StreamPtr> parents) {
  if (parents.empty()) throw IllegalArgument("a union of no streams: give at least one");
  for (const StreamPtr& parent : parents) {
    if (parent->graph() != parents[0]->graph())
      throw IllegalArgument("a union of streams of different StreamingContexts: make all of them from one");
    if (parent->slideDuration() != parents[0]->slideDuration())
      throw IllegalArgument("a union of streams that slide every " + parents[0]->slideDuration().toString() +
                            " and " + parent->slideDuration().toString() +
                            ": give them the same slide, for example by window()");
  }
  return std::make_shared<UnionStream>(std::move(parents));
}

}  // namespace millrace::core
