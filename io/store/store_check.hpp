#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/io/store/manifest.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace millrace::core {

/// What the newest version holds of an operator.
struct OperatorSummary {
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;  // of keys and values
};

/// What reading every byte of a store has shown.
struct StoreCheck {
  std::uint64_t files = 0;            // that are whole, beside the manifest, which is checked as it is read
  std::uint64_t bytes = 0;            // of these
  std::vector<std::string> problems;  // each names a file, and the offset where there is one
};

/// These read the directory of a store and change nothing; the process that owns the store may go on writing. SparkException
/// if there is no store.
std::map<std::string, OperatorSummary> summarize(const FileSystem& files, const std::string& directory,
                                                 const Manifest& manifest);
StoreCheck checkStore(const FileSystem& files, const std::string& directory);

/// Copies the store as it is at one moment into a directory that does not exist yet, durably, and with it the block logs in these
/// directories inside of it, which have in the copy all that the newest version may need of them. What is copied is checked on
/// the way. IllegalArgument if the directory exists.
void exportStore(FileSystem& files, const std::string& from, const std::string& to,
                 const std::vector<std::string>& logs = {});

/// The same as readManifest, but SparkException if there is none.
FoundManifest requiredManifest(const FileSystem& files, const std::string& directory);

}  // namespace millrace::core
