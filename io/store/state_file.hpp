#pragma once

#include <millrace/base/byte_archive.hpp>
#include <millrace/io/store/framed_file.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

/// A key of a state and what became of it. The views are valid until the next one is asked for.
struct StateEntry {
  std::uint64_t hash = 0;  // keyHash(key)
  std::string_view key;
  std::optional<std::string_view> value;  // nothing: the key is gone
  int partition = 0;                      // that changed it last
};

/// Where entries of one operator stand in a file, ordered by hash, then key.
struct StateRun {
  std::string operatorName;
  bool isWhole = false;  // what older files say of the operator does not count
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t entries = 0;
  std::uint64_t lastHash = 0;
};

extern const FileKind kStateFile;

/// Writes a file of runs.
class StateFileWriter {
 public:
  StateFileWriter(FileSystem& files, std::string path);

  void beginRun(std::string operatorName, bool isWhole);
  /// The next entry of the run, behind the one before in the order.
  void add(const StateEntry& entry);
  void endRun();
  /// Bytes so far, about.
  std::uint64_t size() const { return file_.frames().size() + block_.written().size(); }
  const std::vector<StateRun>& runs() const { return runs_; }
  /// Returns when the file has its name, and both would survive a power cut.
  void keep();

 private:
  void writeBlock();

  NewFile file_;
  std::vector<StateRun> runs_;
  ByteWriter block_;
};

/// Gives entries in the order of hash, then key.
class StateEntries {
 public:
  virtual ~StateEntries() = default;
  virtual bool next(StateEntry& entry) = 0;
};

/// The entries of a run, of which only a block is in memory. DamagedFile for bytes that nobody has written.
std::unique_ptr<StateEntries> readRun(std::shared_ptr<const ReadableFile> file, std::string path,
                                      const StateRun& run);

/// The entries of several runs of one operator, the newest last: of each key the newest. Those that are gone are given too.
std::unique_ptr<StateEntries> mergeRuns(std::vector<std::unique_ptr<StateEntries>> runs);

}  // namespace millrace::core
