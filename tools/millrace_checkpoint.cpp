// Looks into the directory of a checkpoint. It never writes there.
#include "checkpoint_plan.hpp"

#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/base/json_text.hpp>
#include <millrace/io/store/log_copy.hpp>
#include <millrace/io/store/store_check.hpp>

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace millrace;
using namespace millrace::core;

constexpr const char* kUsage =
    "usage: millrace-checkpoint inspect DIR [--json]\n"
    "       millrace-checkpoint verify DIR [--json]\n"
    "       millrace-checkpoint export DIR TO\n"
    "       millrace-checkpoint plan DIR [--json] -- PROGRAM [ARGUMENT...]\n\n"
    "  inspect  says what the checkpoint in DIR holds: versions, operators with their keys, files\n"
    "  verify   reads every byte that a version needs; ends with 1 if a file is damaged, naming it and the "
    "offset\n"
    "  export   copies the checkpoint as it is at one moment to TO, which must not exist, though its program "
    "runs\n"
    "  plan     starts PROGRAM up to where its StreamingContext would start, and says what it would do with "
    "the "
    "checkpoint in\n"
    "           DIR, or in a copy of it: which operators go on, begin anew or are dropped, where sources "
    "begin, "
    "which settings\n"
    "           differ, and what does not fit; ends with 1 if it would not go on. What PROGRAM itself says "
    "goes to "
    "stderr\n"
    "  --json   one JSON object instead of lines\n\n"
    "DIR is the directory that the program gave to checkpoint(), or the one with the files in it. It is "
    "never "
    "written to. The exit code is 0, 1 for what is wrong with DIR or TO, 2 for what is wrong "
    "with the command.\n";

/// The logs of a program's checkpoint, inside of the store: those of batches and of receivers. A store of something else has none.
std::vector<std::string> logsIn(const FileSystem& files, const std::string& directory) {
  std::vector<std::string> logs;
  if (files.exists(directory + "/batches")) logs.emplace_back("batches");
  if (!files.exists(directory + "/receivedData")) return logs;
  for (const std::string& receiver : files.list(directory + "/receivedData"))
    logs.push_back("receivedData/" + receiver);
  return logs;
}

/// Those of all logs, named by their paths.
std::vector<LogSegment> logSegmentsIn(const FileSystem& files, const std::string& directory) {
  std::vector<LogSegment> all;
  for (const std::string& log : logsIn(files, directory)) {
    for (LogSegment& segment : segmentsOf(files, directory + "/" + log)) {
      segment.name = log + "/" + segment.name;
      all.push_back(std::move(segment));
    }
  }
  return all;
}

void inspect(const FileSystem& files, const std::string& directory, bool asJson) {
  const FoundManifest found = requiredManifest(files, directory);
  const auto operators = summarize(files, directory, found.manifest);
  const std::vector<LogSegment> logSegments = logSegmentsIn(files, directory);
  if (!asJson) {
    std::cout << "manifest " << found.file << ", " << found.records << " records"
              << (found.isTorn ? ", and one that is not whole and does not count" : "") << '\n';
    for (const auto& [number, version] : found.manifest.versions)
      std::cout << "version " << number << ", " << version.metadata.size() << " bytes of metadata, "
                << version.blobs.size() << " blobs\n";
    for (const auto& [name, summary] : operators)
      std::cout << "operator " << shorten(name) << ", " << summary.keys << " keys, " << summary.bytes
                << " bytes\n";
    for (const StateFile& file : found.manifest.states)
      std::cout << "file " << fileName("state", file.id) << ", " << (file.isBase ? "base" : "delta")
                << " of version " << file.version << ", " << file.bytes << " bytes\n";
    for (const BlobFile& file : found.manifest.blobs)
      std::cout << "file " << fileName("blobs", file.id) << ", " << file.blobs.size() << " blobs, "
                << file.bytes << " bytes\n";
    for (const auto& [name, records, bytes] : logSegments)
      std::cout << "log " << name << ", " << records << " records, " << bytes << " bytes\n";
    return;
  }
  JsonMembers versions, states, names, logs;
  for (const auto& [number, version] : found.manifest.versions) {
    JsonMembers blobs, one;
    for (const std::string& blob : version.blobs) blobs.add(jsonString(blob));
    one.add("version", number);
    one.add("metadataBytes", version.metadata.size());
    one.add("blobs", blobs.array());
    versions.add(one.object());
  }
  for (const auto& [name, summary] : operators) {
    JsonMembers one;
    one.add("name", jsonString(name));
    one.add("keys", summary.keys);
    one.add("bytes", summary.bytes);
    states.add(one.object());
  }
  const auto file = [&](const char* kind, FileId id, std::uint64_t bytes) {
    JsonMembers one;
    one.add("name", jsonString(fileName(kind, id)));
    one.add("bytes", bytes);
    names.add(one.object());
  };
  for (const StateFile& state : found.manifest.states) file("state", state.id, state.bytes);
  for (const BlobFile& blobs : found.manifest.blobs) file("blobs", blobs.id, blobs.bytes);
  for (const auto& [name, records, bytes] : logSegments) {
    JsonMembers one;
    one.add("name", jsonString(name));
    one.add("records", records);
    one.add("bytes", bytes);
    logs.add(one.object());
  }
  JsonMembers all;
  all.add("manifest", jsonString(found.file));
  all.add("records", found.records);
  all.add("torn", found.isTorn ? "true" : "false");
  all.add("versions", versions.array());
  all.add("operators", states.array());
  all.add("files", names.array());
  all.add("logs", logs.array());
  std::cout << all.object() << '\n';
}

int verify(const FileSystem& files, const std::string& directory, bool asJson) {
  StoreCheck check;
  try {
    check = checkStore(files, directory);
    for (const LogSegment& segment : logSegmentsIn(files, directory)) {
      ++check.files;
      check.bytes += segment.bytes;
    }
  } catch (const Error& error) {
    check.problems.emplace_back(error.what());
  }
  if (asJson) {
    JsonMembers problems, all;
    for (const std::string& problem : check.problems) problems.add(jsonString(problem));
    all.add("files", check.files);
    all.add("bytes", check.bytes);
    all.add("problems", problems.array());
    std::cout << all.object() << '\n';
  } else {
    std::cout << check.files << " files of " << check.bytes << " bytes are whole\n";
    for (const std::string& problem : check.problems) std::cout << "problem: " << problem << '\n';
  }
  return check.problems.empty() ? 0 : 1;
}

/// Where the files of a checkpoint are.
std::string storeIn(const FileSystem& files, const std::string& directory) {
  const std::string inside = directory + "/streaming";
  return files.isDirectory(inside) ? inside : directory;
}

int run(std::vector<std::string> arguments) {
  const auto separator = std::ranges::find(arguments, "--");
  const std::vector<std::string> program(separator == arguments.end() ? separator : separator + 1,
                                         arguments.end());
  arguments.erase(separator, arguments.end());
  const bool asJson = std::erase(arguments, "--json") > 0;
  if (std::erase(arguments, "--help") > 0) {
    std::cout << kUsage;
    return 0;
  }
  for (const std::string& argument : arguments)
    if (argument.starts_with("--")) throw BadUsage("unknown option " + shorten(argument) + "; see --help");
  if (arguments.empty()) throw BadUsage("a command is needed: inspect, verify, export or plan; see --help");
  const std::string& command = arguments[0];
  const bool isExport = command == "export", isPlan = command == "plan";
  if (!isExport && !isPlan && command != "inspect" && command != "verify")
    throw BadUsage("unknown command " + shorten(command) + ": inspect, verify, export or plan; see --help");
  if (arguments.size() != (isExport ? 3 : 2))
    throw BadUsage(isExport ? "export needs two directories; see --help"
                            : command + " needs one directory; see --help");

  if (isPlan == program.empty())
    throw BadUsage(isPlan ? "plan needs a program: plan DIR -- PROGRAM; see --help"
                          : command + " needs no program; see --help");

  LocalFileSystem files;
  const std::string store = storeIn(files, arguments[1]);
  if (command == "verify") return verify(files, store, asJson);
  if (isPlan) return plan(files, store, program, asJson);
  if (isExport)
    exportStore(files, store, arguments[2], logsIn(files, store));
  else
    inspect(files, store, asJson);
  return 0;
}

}  // namespace

int main(int count, char** values) {
  try {
    return run({values + 1, values + count});
  } catch (const BadUsage& error) {
    std::cerr << "millrace-checkpoint: " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "millrace-checkpoint: " << error.what() << '\n';
    return 1;
  }
}
