#pragma once

#include <memory>
#include <string_view>

namespace millrace {
class SparkConf;
}

namespace millrace::core {

/// What shows one line that is replaced again and again.
class Terminal {
 public:
  virtual ~Terminal() = default;
  /// How wide a line may be now.
  virtual int columns() const = 0;
  /// In place of the line shown before; an empty one shows none. May be called again to keep a line that something else
  /// may have wiped away.
  virtual void show(std::string_view line) = 0;
};

/// Where this program is to show how far its jobs are: stderr, if it is a terminal and the setting does not forbid it; else
/// null. Lines of the log wipe the line away before they are written, so the two do not mix.
std::unique_ptr<Terminal> progressTerminal(const SparkConf& conf);

}  // namespace millrace::core
