#pragma once

#include <millrace/io/store/manifest.hpp>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

/// The files that make up a version, or some of them, all open: they can be read to the end whoever removes them meanwhile.
class StateView {
 public:
  /// Opens the files, the oldest version first. DamagedFile if one is cut short.
  StateView(const FileSystem& files, const std::string& directory, std::vector<StateFile> states);

  /// The operators of which a file says something.
  std::set<std::string> operators() const;
  /// Of each key of an operator the newest entry, those of keys that are gone too.
  std::unique_ptr<StateEntries> entries(std::string_view operatorName) const;
  /// True if older files than these would not matter for the operator.
  bool isWhole(std::string_view operatorName) const;

 private:
  struct OpenFile {
    StateFile state;
    std::string path;
    std::shared_ptr<const ReadableFile> file;
  };
  // The runs that count, the oldest first.
  std::vector<std::pair<const OpenFile*, const StateRun*>> runsOf(std::string_view operatorName) const;

  std::vector<OpenFile> files_;
};

}  // namespace millrace::core
