#include <millrace/base/error.hpp>
#include <millrace/dstream/core/exchange_stream.hpp>
#include <millrace/dstream/core/flow.hpp>

#include <utility>

namespace millrace::core {

namespace {

class ExchangeStream final : public StreamNode {
 public:
  ExchangeStream(const std::string& kind, const StreamPtr& parent, ExchangeSpecPtr spec, int partitions)
      : StreamNode(kind, {parent}), spec_(std::move(spec)), partitions_(partitions) {}

  Flow flow() const override { return Exchanged{spec_, partitions_, nullptr, nullptr, 0}; }

 protected:
  NodePtr compute(Time time) override { return exchangeNode(info(), parentRdd(0, time), spec_, partitions_); }

 private:
  ExchangeSpecPtr spec_;
  int partitions_;
};

}  // namespace

StreamPtr exchangeStream(const std::string& kind, const StreamPtr& parent, ExchangeSpecPtr spec,
                         int partitions) {
  if (partitions < 1)
    throw IllegalArgument(kind + " into " + std::to_string(partitions) + " partitions: give at least 1");
  return std::make_shared<ExchangeStream>(kind, parent, std::move(spec), partitions);
}

}  // namespace millrace::core
