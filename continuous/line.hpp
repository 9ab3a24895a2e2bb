#pragma once

#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/plan.hpp>
#include <millrace/dstream/core/record_ops.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace millrace::core {

/// Where a line sends what leaves its cell.
struct LineExit {
  virtual ~LineExit() = default;
  virtual void send(std::size_t exchange, int output, BlockPtr records) = 0;
};

/// One partition of a stream in one epoch: readers from the inlet through all steps to the gather points. Opened anew
/// for each epoch, so each has its own copies of the user's functions. For one thread.
class Line {
 public:
  /// `exit` must outlive it.
  Line(const Plan& plan, std::size_t stream, int partition, Epoch epoch, LineExit& exit);

  /// Sends records through all steps. What a function throws is told to all writers, and ends the line.
  void put(ReaderPtr records);
  /// Hands over what the gather points hold.
  void close(Epochs& epochs);

 private:
  /// A tail, or a fork with what is behind it.
  struct Tap {
    std::unique_ptr<Fork> fork;
    std::vector<Tap> branches;

    ReaderPtr reader;
    std::size_t point = 0;
    std::optional<std::size_t> exchange;
    PartKey key;
    std::unique_ptr<ShuffleWriter> writer;
    std::unique_ptr<Gatherer> gatherer;
    std::unique_ptr<RecordWriter> output;
  };

  Tap build(std::size_t stream, ReaderPtr reader, const PartKey& key) const;
  static Tap buildExchange(std::size_t exchange, ReaderPtr reader);
  void drainIntoExchange(Tap& tap);
  Tap buildTail(std::size_t point, const RecordOps& ops, ReaderPtr reader, const PartKey& key) const;
  Tap buildBranch(const Plan::Branch& branch, ReaderPtr reader, const PartKey& key) const;
  void drain(Tap& tap);
  void close(Tap& tap, Epochs& epochs) const;
  static void write(Tap& tap);
  static void closeOutputs(Tap& tap, const std::exception_ptr& failure) noexcept;

  const Plan& plan_;
  const Epoch epoch_;
  LineExit& exit_;
  Inlet* inlet_ = nullptr;
  Tap root_;
};

}  // namespace millrace::core
