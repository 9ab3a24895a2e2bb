#pragma once

#include <millrace/contexts/recovery/program_match.hpp>
#include <millrace/dstream/core/time.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace millrace::core {

/// What a batch has read of one source for its RDD of one time: mostly the batch's own, but a window may have asked for more.
struct LoggedInput {
  RecoverableOperator source;
  Time time{0};
  std::string bytes;        // of the source's own
  std::string description;  // for people
};

/// A batch, or epoch, as it was logged before its jobs ran.
struct LoggedBatch {
  Time time{0};
  std::vector<LoggedInput> inputs;
  bool isSkipped = false;    // it runs without its input from now on, and nobody has died in it
  std::optional<Time> next;  // of an epoch: the one after it, which had begun when this one was logged
  std::optional<Time> oldestRunning;  // all before this one had ended then
};

/// A run has begun.
struct RunBegin {
  Time zeroTime{0};
  Duration batchDuration{0};
  std::map<Time, int> deaths;  // by batch that may kill this run: so many runs have died in it before
  bool oneByOne = false;       // each of these says when it begins; else all have begun now
};

/// In a run that has its batches run again one by one: this one begins, and those before have ended.
struct BatchBegin {
  Time time{0};
};

/// A run was stopped in order.
struct RunStop {};

using BatchRecord = std::variant<LoggedBatch, RunBegin, BatchBegin, RunStop>;

/// As bytes, and back. BadRecord for other bytes.
std::string encodeBatchRecord(const BatchRecord& record);
BatchRecord decodeBatchRecord(std::string_view bytes);

}  // namespace millrace::core
