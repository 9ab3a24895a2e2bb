#pragma once

#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/plan.hpp>
#include <millrace/dstream/core/record_ops.hpp>

#include <memory>
#include <vector>

namespace millrace::core {

/// One partition of a source in one epoch: readers from the inlet through all steps to the gather points. Opened anew
/// for each epoch, so each has its own copies of the user's functions. For one thread.
class Line {
 public:
  Line(const Plan& plan, std::size_t source, int partition, Epoch epoch);

  /// Sends records through all steps.
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
    PartKey key;
    std::unique_ptr<ShuffleWriter> writer;
    std::unique_ptr<Gatherer> gatherer;
    std::unique_ptr<RecordWriter> output;
  };

  Tap build(std::size_t stream, ReaderPtr reader, const PartKey& key) const;
  Tap buildTail(std::size_t point, const RecordOps& ops, ReaderPtr reader, const PartKey& key) const;
  Tap buildBranch(const Plan::Branch& branch, ReaderPtr reader, const PartKey& key) const;
  void drain(Tap& tap) const;
  void close(Tap& tap, Epochs& epochs) const;

  const Plan& plan_;
  const Epoch epoch_;
  Inlet* inlet_ = nullptr;
  Tap root_;
};

}  // namespace millrace::core
