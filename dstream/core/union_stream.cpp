#include <millrace/dstream/core/combined_stream.hpp>
#include <millrace/dstream/core/flow.hpp>
#include <millrace/dstream/core/union_stream.hpp>

#include <utility>

namespace millrace::core {

namespace {

class UnionStream final : public StreamNode {
 public:
  UnionStream(std::vector<StreamPtr> parents, ConcatFn concat)
      : StreamNode("union", std::move(parents)), concat_(concat) {}

  Flow flow() const override { return Concatenated{}; }

 protected:
  NodePtr compute(Time time) override {
    std::vector<NodePtr> rdds;
    for (std::size_t i = 0; i < parents().size(); ++i) rdds.push_back(parentRdd(i, time));
    return keyedUnionNode(engine(), info(), std::move(rdds), concat_);
  }

 private:
  const ConcatFn concat_;
};

}  // namespace

StreamPtr unionStream(std::vector<StreamPtr> parents, ConcatFn concat) {
  checkTogether("union", parents);
  return std::make_shared<UnionStream>(std::move(parents), concat);
}

}  // namespace millrace::core
