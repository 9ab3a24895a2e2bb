#include <millrace/dstream/core/combined_stream.hpp>
#include <millrace/dstream/core/flow.hpp>
#include <millrace/dstream/core/union_stream.hpp>
#include <millrace/rdd/core/graph/gather.hpp>

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
    return unionNode(engine(), info(), std::move(rdds));
  }
};

}  // namespace

StreamPtr unionStream(std::vector<StreamPtr> parents) {
  checkTogether("union", parents);
  return std::make_shared<UnionStream>(std::move(parents));
}

}  // namespace millrace::core
