#include "continuous/prepared_lines.hpp"

#include <millrace/base/error.hpp>

namespace millrace::bench {

namespace {

constexpr std::size_t kBlock = 1024;

const std::vector<core::BlockPtr>& asBlocks() {
  static const std::vector<core::BlockPtr> all = [] {
    std::vector<core::BlockPtr> made;
    for (const auto& lines : PreparedLines::blocks()) made.push_back(core::blockOf(std::vector(lines)));
    return made;
  }();
  return all;
}

}  // namespace

PreparedLines::PreparedLines(std::int64_t times, std::promise<TimePoint>& startedAt)
    : Receiver(StorageLevel::MEMORY_ONLY), times_(times), startedAt_(startedAt) {
  asBlocks();
}

const std::vector<std::vector<std::string>>& PreparedLines::blocks() {
  static const std::vector<std::vector<std::string>> all = [] {
    std::vector<std::vector<std::string>> made;
    for (std::size_t line = 0; line < WordLines::kLines; ++line) {
      if (line % kBlock == 0) made.emplace_back();
      made.back().emplace_back(WordLines::get()[line]);
    }
    return made;
  }();
  return all;
}

void PreparedLines::onStart() {
  thread_ = std::thread([this] { store(); });
}

void PreparedLines::store() try {
  startedAt_.set_value(std::chrono::steady_clock::now());
  for (std::int64_t i = 0; i < times_; ++i) {
    for (const core::BlockPtr& block : asBlocks()) storeBlock(block);
  }
} catch (const SparkException&) {
  // The context has stopped.
}

}  // namespace millrace::bench
