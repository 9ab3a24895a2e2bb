#pragma once

#include <memory>
#include <string>

namespace millrace::bench {

/// A program of many streams on a clock that is moved by hand. After one pair in the first batch nothing comes any more, so
/// whatever grows is the engine's own.
class EmptyBatches {
 public:
  enum class Program {
    kWithoutJobs,  // no stream has an RDD
    kUnreadStates,
    kLostStates,    // their functions have thrown, and outputs ask for them all the same
    kMadeOfBefore,  // outputs make an RDD of the batch before
  };

  EmptyBatches(const std::string& mode, Program program);
  ~EmptyBatches();

  /// Runs a batch to its end. Throws if that does not come within a minute.
  void step();

 private:
  struct Run;
  std::unique_ptr<Run> run_;
};

}  // namespace millrace::bench
