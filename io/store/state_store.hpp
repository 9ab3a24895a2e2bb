#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/base/function_ref.hpp>
#include <millrace/io/store/state_delta.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

/// The changes of one partition of an operator, which has the same name in every run of a program.
struct OperatorDelta {
  std::string operatorName;
  int partition = 0;
  StateDeltaPtr delta;
};

/// Bytes that are written once and referred to by as many versions as need them, such as a batch of a window.
struct Blob {
  std::string name;
  /// Writes the bytes. Null where the store has the blob already.
  std::function<void(std::ostream& out)> write;
};

/// What makes the next version of the one before.
struct StateCommit {
  std::uint64_t version = 0;
  std::vector<OperatorDelta> deltas;
  std::string metadata;     // the caller's, given back as it is
  std::vector<Blob> blobs;  // all that the version needs
};

/// How a commit went.
struct CommitResult {
  std::uint64_t version = 0;
  std::uint64_t bytes = 0;     // written for it
  std::uint64_t changes = 0;   // keys
  bool isWhole = false;        // it has a whole state, not only changes
  std::exception_ptr failure;  // null: the version is durable
};

/// States on a disk, in versions: what keys had what values when version v was committed. It knows no stream graph and no
/// time. Which versions there are the caller says, who keeps a log of its own that says which of them counts; the store keeps
/// all from keepFrom() on. Any thread may call.
///
/// A version costs what changed: a file with the changes of all operators, and a record in the manifest that names it. That is
/// a sync of each, and one more where there are new blobs (and of the directory for each new file). Behind the caller's back files are merged, so that those of the
/// oldest version that is kept take at most twice the bytes of its state, one delta and two pieces of a merge.
///
/// Partitions are remembered, but say nothing of where a key belongs when it is read: the caller routes keys.
class StateStore {
 public:
  struct Settings {
    /// Deltas that together have fewer bytes are merged only when there are many.
    std::uint64_t leastMerge = std::uint64_t{1} << 20;
    /// About how many bytes a file of a merged state has, and how much room beside the state a merge takes.
    std::uint64_t pieceBytes = std::uint64_t{64} << 20;
    /// How many bytes of changes are sorted at a time.
    std::size_t sortBytes = std::size_t{32} << 20;
  };

  /// Opens the store of a directory, which is made where it is missing, and takes it for this process alone: SparkException
  /// naming the owner if it has one. DamagedFile, naming file and offset, if its manifest is damaged. `files` outlives the store.
  StateStore(FileSystem& files, std::string directory);
  StateStore(FileSystem& files, std::string directory, const Settings& settings);
  /// Waits for the commits that were begun, not for merges.
  ~StateStore();
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;

  /// The versions that are durable, in order.
  std::vector<std::uint64_t> versions() const;
  /// What the caller gave with it. IllegalArgument naming the versions that there are if it is none of them; so do the others.
  std::string metadata(std::uint64_t version) const;
  /// The operators of which the version holds keys, ordered.
  std::vector<std::string> operators(std::uint64_t version) const;

  using Visit = FunctionRef<void(std::string_view key, std::string_view value)>;
  /// Gives every key that the operator had at that version once, with its value; in the order of the keys' hashes, a block at
  /// a time in memory. An operator that the store does not know has none. The views are valid during the call only. DamagedFile
  /// for damage, when keys before it have been given.
  void load(std::string_view operatorName, std::uint64_t version, Visit visit) const;
  /// The same for those keys only that were changed last in this partition.
  void load(std::string_view operatorName, int partition, std::uint64_t version, Visit visit) const;
  /// The bytes of a blob, piece by piece. IllegalArgument if the version does not refer to one of this name.
  void readBlob(std::string_view name, std::uint64_t version,
                FunctionRef<void(std::string_view piece)> visit) const;

  /// Makes the next version and returns at once: deltas and blobs are encoded and written by a thread of the store, which then
  /// calls `done`. Commits are made in order; `done` may not throw, nor wait for another commit.
  ///
  /// The version has to be larger than all before it. Of one operator either all deltas are whole or none; where they are, its
  /// partitions that are missing are empty. IllegalArgument otherwise.
  ///
  /// A commit that fails makes no version, and the next one carries its deltas and blobs with its own; so a full disk costs
  /// nothing but the versions meanwhile. (Should the process die before that, the failed version may be there.)
  void commit(StateCommit commit, std::function<void(const CommitResult&)> done);
  /// Older versions may go; they do with the next commit.
  void keepFrom(std::uint64_t version);
  /// Drops the versions behind this one, which is the one that the next commit changes. To be called before the first commit.
  void goBackTo(std::uint64_t version);
  /// Drops all versions, for a caller whose log names none. To be called before the first commit.
  void clear();

  /// Returns when nothing that was begun goes on any more, merges neither.
  void settle();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::core
