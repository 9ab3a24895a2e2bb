#pragma once

#include <millrace/io/store/state_delta.hpp>
#include <millrace/io/store/state_file.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

/// Takes the changes of one operator in any order and writes them as runs, which are ordered. It holds no more than `limit`
/// bytes at a time, and one change: a larger delta makes several runs. Of a key that comes again the later change counts.
class DeltaRuns final : public DeltaSink {
 public:
  static constexpr std::size_t kUsualLimit = std::size_t{32} << 20;

  DeltaRuns(StateFileWriter& file, std::string operatorName, bool isWhole, std::size_t limit = kUsualLimit)
      : file_(file), operatorName_(std::move(operatorName)), isWhole_(isWhole), limit_(limit) {}

  /// What comes from now on is of this partition.
  void setPartition(int partition) { partition_ = partition; }
  void put(std::string_view key, std::string_view value) override { take(key, value, false); }
  void remove(std::string_view key) override { take(key, {}, true); }
  /// Writes what is left. A whole state is written though it is empty.
  void finish();

 private:
  struct Change {
    std::uint64_t hash;
    std::size_t at;  // in bytes_: the key, then the value
    std::size_t keySize;
    std::size_t valueSize;
    int partition;
    bool isRemoved;
  };

  void take(std::string_view key, std::string_view value, bool isRemoved);
  void writeRun();
  std::string_view keyOf(const Change& change) const {
    return std::string_view(bytes_).substr(change.at, change.keySize);
  }

  StateFileWriter& file_;
  const std::string operatorName_;
  const bool isWhole_;
  const std::size_t limit_;
  int partition_ = 0;
  bool wroteRun_ = false;
  std::string bytes_;
  std::vector<Change> changes_;
};

}  // namespace millrace::core
