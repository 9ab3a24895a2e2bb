#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/contexts/recovery/batch_record.hpp>
#include <millrace/contexts/recovery/poison_policy.hpp>
#include <millrace/dstream/core/time.hpp>

#include <string>

namespace millrace::core {

/// Keeps a program from dying in the same batch for ever.
class CrashGuard {
 public:
  static constexpr int kMostDeaths = 3;

  /// `checkpoint` is the program's directory. `files` outlives the guard.
  CrashGuard(FileSystem& files, std::string checkpoint, PoisonPolicy policy);

  /// Looks at a batch that is to run again, and in which so many runs have died; gives how many count from now on. With
  /// kMostDeaths, SparkException that names the batch, what it reads, and the cure; or, as the policy says, its input is written
  /// to a file for people in the directory `quarantine`, and the batch is made one that is skipped.
  int examine(LoggedBatch& batch, int deaths) const;
  /// The same for the epoch that had begun last, of which the log does not say what it reads: that cannot be left out.
  int examineEpoch(Time time, int deaths) const;

 private:
  void quarantine(const LoggedBatch& batch, int deaths) const;

  FileSystem& files_;
  const std::string checkpoint_;
  const PoisonPolicy policy_;
};

}  // namespace millrace::core
