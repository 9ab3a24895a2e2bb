#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::programs {

/// Every record of a program as data.
using Record = std::pair<std::int64_t, std::int64_t>;
using Records = std::vector<Record>;

/// One list per batch; nothing where the source makes no RDD. After the last list it gives empty batches.
struct Source {
  int partitions = 1;
  std::vector<std::optional<Records>> in;
};

struct Operation {
  std::string id;
  std::string op;
  std::vector<std::string> in;
  std::string f;
  std::int64_t n = 0;
  std::int64_t r = 0;
  bool inverse = false;
  std::int64_t windowMs = 0;
  std::int64_t slideMs = 0;
  std::string filter;
  std::optional<Records> initial;
  std::int64_t timeoutMs = 0;
};

/// A stream program as data.
struct Program {
  std::int64_t batchMs = 1000;
  int batches = 0;
  std::int64_t checkpointMs = 0;
  std::string form = "integers";  // see forms.hpp
  /// Sources are polled partition by partition, and can be read again from a position; in each batch they have an RDD.
  bool polled = false;
  std::map<std::string, Source> sources;
  std::vector<Operation> nodes;
  std::vector<std::string> outputs;
};

/// std::runtime_error, saying where, for a text that is no program.
Program parse(std::string_view json);
std::string toJson(const Program& program);

/// What an output gave at a time.
struct OutputBatch {
  std::string output;
  std::int64_t time = 0;
  Records records;
  friend bool operator==(const OutputBatch&, const OutputBatch&) = default;
};

/// What a run gave: batches in order of time, then of outputs; and what ended it early, if something did.
struct Outcome {
  std::vector<OutputBatch> batches;
  std::optional<std::string> error;
  std::optional<std::int64_t> errorTime;  // none: the program was refused before it ran
};

std::string toJson(const OutputBatch& batch);

}  // namespace millrace::programs
