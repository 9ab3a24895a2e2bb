#pragma once

#include <millrace/continuous/pipeline_cell.hpp>

#include <cstddef>
#include <cstdint>

namespace millrace::core {

/// Where records of a source enter the graph. The partitions of the source are shared out among `cells` cells: this one
/// has every `cells`-th of them, beginning with `number`. It closes an epoch when the source's marker has come.
class SourceCell final : public PipelineCell {
 public:
  SourceCell(const CellContext& graph, std::size_t source, int number, int cells);

 protected:
  void take(Mail& mail) override;

 private:
  void takeRecords(Mail& mail);
  void close(const Mail& marker);

  const std::size_t source_;
  const int number_;
  const int cells_;
  Epoch current_ = 0;
  std::int64_t received_ = 0;  // records of blocks, in the current epoch
};

}  // namespace millrace::core
