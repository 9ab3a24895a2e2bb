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
  /// True once the run is over and nobody wants what is still to come.
  virtual bool isOver() const = 0;
};

/// One partition of a stream in one epoch: readers from the inlet through all steps to the gather points. Opened anew
/// for each epoch, so each has its own copies of the user's functions. For one thread.
class Line {
 public:
  /// `exit` must outlive it.
  Line(const Plan& plan, std::size_t stream, int partition, Epoch epoch, LineExit& exit);

  /// Sends records through all steps.
  void put(ReaderPtr records);
  /// Hands over what the gather points hold.
  void close(Epochs& epochs);
  /// Closes the writers of a line that will not be closed, with what ended it.
  void abandon(const std::exception_ptr& failure) noexcept;

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
    std::exception_ptr failure;  // what the output threw
    std::unique_ptr<Spreader> spreader;
    std::vector<BlockPtr> spread;
  };

  Tap build(std::size_t stream, ReaderPtr reader, const PartKey& key) const;
  Tap buildExchange(std::size_t exchange, ReaderPtr reader) const;
  void drainIntoExchange(Tap& tap);
  void openOutput(Tap& tap) const;
  void drainIntoOutput(Tap& tap) const;
  /// Runs code of a writer. What it throws ends this partition of the epoch, not the run.
  template <class Work>
  void tryOutput(Tap& tap, Work work) const;
  Tap buildTail(std::size_t point, const RecordOps& ops, ReaderPtr reader, const PartKey& key) const;
  Tap buildBranch(const Plan::Branch& branch, ReaderPtr reader, const PartKey& key) const;
  void drain(Tap& tap);
  void close(Tap& tap, Epochs& epochs) const;
  static void abandon(Tap& tap, const std::exception_ptr& failure) noexcept;

  const Plan& plan_;
  const Epoch epoch_;
  LineExit& exit_;
  Inlet* inlet_ = nullptr;
  Tap root_;
};

}  // namespace millrace::core
