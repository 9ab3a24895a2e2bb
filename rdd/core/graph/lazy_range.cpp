#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/lazy_range.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>

#include <array>

namespace millrace::core {

namespace {

std::uint64_t countOf(std::int64_t start, std::int64_t end, std::int64_t step) {
  if (step > 0 ? start >= end : start <= end) return 0;
  const auto from = static_cast<std::uint64_t>(start);
  const auto to = static_cast<std::uint64_t>(end);
  const std::uint64_t distance = step > 0 ? to - from : from - to;
  const std::uint64_t stride =
      step > 0 ? static_cast<std::uint64_t>(step) : -static_cast<std::uint64_t>(step);
  return distance / stride + (distance % stride != 0);
}

class NumberReader final : public Reader<std::int64_t> {
 public:
  NumberReader(std::uint64_t first, std::uint64_t step, std::uint64_t count)
      : next_(first), step_(step), left_(count) {}

  Chunk<std::int64_t> next() override {
    const std::size_t size = std::min<std::uint64_t>(left_, std::min(chunkSize(), numbers_.size()));
    for (std::size_t i = 0; i < size; ++i) numbers_[i] = static_cast<std::int64_t>(next_ + i * step_);
    next_ += size * step_;
    left_ -= size;
    giveRecords(size);
    return {numbers_.data(), size, true};
  }

 private:
  std::uint64_t next_;
  const std::uint64_t step_;
  std::uint64_t left_;
  std::array<std::int64_t, kChunkSize> numbers_;
};

// Numbers are counted from 0 as unsigned words, so that no range overflows.
class NumberNode final : public Node {
 public:
  NumberNode(EnginePtr engine, std::int64_t start, std::int64_t end, std::int64_t step, int slices)
      : Node(std::move(engine), rddOperator("range"), {}, slices),
        start_(static_cast<std::uint64_t>(start)),
        step_(static_cast<std::uint64_t>(step)),
        count_(countOf(start, end, step)) {}

 protected:
  ReaderPtr compute(int partition) override {
    const std::uint64_t begin = sliceBoundary(count_, partition, partitions());
    const std::uint64_t end = sliceBoundary(count_, partition + 1, partitions());
    return std::make_unique<NumberReader>(start_ + begin * step_, step_, end - begin);
  }

 private:
  const std::uint64_t start_;
  const std::uint64_t step_;
  const std::uint64_t count_;
};

}  // namespace

NodePtr numberRangeNode(EnginePtr engine, std::int64_t start, std::int64_t end, std::int64_t step,
                        int slices) {
  checkSlices(slices);
  if (step == 0) throw IllegalArgument("a range with step 0 has no end: give another step");
  return std::make_shared<NumberNode>(std::move(engine), start, end, step, slices);
}

}  // namespace millrace::core
