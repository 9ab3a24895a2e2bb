#include <millrace/base/error.hpp>
#include <millrace/rdd/core/memory/local_files.hpp>
#include <millrace/rdd/core/memory/memory_budget.hpp>
#include <millrace/rdd/core/spill/spill_home.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kBytesOfRun = std::size_t{128} << 10;

}  // namespace

SpillHome::SpillHome(OperatorPtr info, std::shared_ptr<MemoryBudget> memory,
                     std::shared_ptr<LocalFiles> files, int threads)
    : info_(std::move(info)),
      memory_(std::move(memory)),
      files_(std::move(files)),
      share_(memory_->limit() / 16 / static_cast<std::size_t>(threads)) {}

bool SpillHome::fits(MemoryClaim& claim, std::size_t bytes) const {
  if (claim.growTo(bytes)) return true;
  if (bytes > share_) return false;
  claim.set(bytes);
  return true;
}

void SpillHome::require(MemoryClaim& claim, std::size_t bytes) const {
  if (bytes > memory_->limit())
    throw SparkException(
        "the records of one key, or one record, take " + std::to_string(bytes) + " bytes in " +
        info_->describe() +
        ", which must have them in memory at once, and the "
        "memory budget is " +
        std::to_string(memory_->limit()) +
        " bytes: raise spark.driver.memory or spark.memory.fraction, or combine the values of a "
        "key instead of collecting them");
  if (!claim.growTo(bytes)) claim.set(bytes);
}

std::size_t SpillHome::runsAtOnce() const { return std::clamp<std::size_t>(share_ / kBytesOfRun, 4, 64); }

SpillWriter SpillHome::write(std::size_t series) const { return {files_->create("spill"), series}; }

}  // namespace millrace::core
