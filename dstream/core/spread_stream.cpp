#include <millrace/base/error.hpp>
#include <millrace/dstream/core/flow.hpp>
#include <millrace/dstream/core/spread_stream.hpp>

#include <utility>

namespace millrace::core {

namespace {

class SpreadStream final : public StreamNode {
 public:
  SpreadStream(const std::string& kind, const StreamPtr& parent, SpreadingSpecPtr spec, int partitions)
      : StreamNode(kind, {parent}), spec_(std::move(spec)), partitions_(partitions) {}

  Flow flow() const override { return Exchanged{spec_, partitions_, nullptr, nullptr, 0}; }

 protected:
  NodePtr compute(Time time) override { return spreadNode(info(), parentRdd(0, time), spec_, partitions_); }

 private:
  SpreadingSpecPtr spec_;
  int partitions_;
};

}  // namespace

StreamPtr spreadStream(const std::string& kind, const StreamPtr& parent, SpreadingSpecPtr spec,
                       int partitions) {
  if (partitions < 1)
    throw IllegalArgument(kind + " into " + std::to_string(partitions) + " partitions: give at least 1");
  return std::make_shared<SpreadStream>(kind, parent, std::move(spec), partitions);
}

}  // namespace millrace::core
