#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace millrace::bench {

/// Windowed and stateful counts over keys that come and go, on the system's clock: each batch has some keys that no batch
/// had before, and none that has been away for long. Runs from construction on.
class ComingKeys {
 public:
  explicit ComingKeys(const std::string& mode);
  ~ComingKeys();

  /// Batches whose outputs are all done.
  std::int64_t batches() const;
  /// The most keys that one of the windows and states has held; these bound what may be in memory.
  std::int64_t mostKeys() const;
  /// Throws what has failed.
  void check() const;

 private:
  struct Run;
  std::unique_ptr<Run> run_;
};

}  // namespace millrace::bench
