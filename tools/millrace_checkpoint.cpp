// Looks into the directory of a checkpoint. It never writes there.
#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/base/utf8.hpp>
#include <millrace/io/store/log_copy.hpp>
#include <millrace/io/store/store_check.hpp>

#include <array>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace millrace;
using namespace millrace::core;

constexpr const char* kUsage =
    "usage: millrace-checkpoint inspect DIR [--json]\n"
    "       millrace-checkpoint verify DIR [--json]\n"
    "       millrace-checkpoint export DIR TO\n\n"
    "  inspect  says what the checkpoint in DIR holds: versions, operators with their keys, files\n"
    "  verify   reads every byte that a version needs; ends with 1 if a file is damaged, naming it and the "
    "offset\n"
    "  export   copies the checkpoint as it is at one moment to TO, which must not exist, though its program "
    "runs\n"
    "  --json   one JSON object instead of lines\n\n"
    "DIR is never written to. The exit code is 0, 1 for what is wrong with DIR or TO, 2 for what is wrong "
    "with the command.\n";

/// The log of batches of a program's checkpoint; a store of something else has none.
std::string batchesOf(const std::string& directory) { return directory + "/batches"; }

std::uint64_t bytesOf(const std::vector<std::string>& records) {
  std::uint64_t bytes = 0;
  for (const std::string& record : records) bytes += record.size();
  return bytes;
}

struct BadUsage : std::runtime_error {
  using runtime_error::runtime_error;
};

/// A JSON string. Names of operators are any bytes: what is no UTF-8 becomes U+FFFD.
std::string quoted(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const std::size_t size = utf8CharacterSize(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (size == 0) {
      json += "\\ufffd";
    } else if (first < 0x20) {
      std::array<char, 8> escaped;
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", first);
      json += escaped.data();
    } else {
      if (first == '"' || first == '\\') json += '\\';
      json += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return json + '"';
}

/// The members of a JSON array or object, each given as JSON, with commas.
class Members {
 public:
  void add(const std::string& json) { text_ += (text_.empty() ? "" : ",") + json; }
  void add(std::string_view name, const std::string& json) { add(quoted(name) + ":" + json); }
  void add(std::string_view name, std::uint64_t number) { add(name, std::to_string(number)); }
  std::string array() const { return "[" + text_ + "]"; }
  std::string object() const { return "{" + text_ + "}"; }

 private:
  std::string text_;
};

void inspect(const FileSystem& files, const std::string& directory, bool asJson) {
  const FoundManifest found = requiredManifest(files, directory);
  const auto operators = summarize(files, directory, found.manifest);
  const LogRecords batches = readLog(files, batchesOf(directory));
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
    for (const auto& [name, records] : batches)
      std::cout << "log of batches, file " << name << ", " << records.size() << " records, "
                << bytesOf(records) << " bytes\n";
    return;
  }
  Members versions, states, names, logs;
  for (const auto& [number, version] : found.manifest.versions) {
    Members blobs, one;
    for (const std::string& blob : version.blobs) blobs.add(quoted(blob));
    one.add("version", number);
    one.add("metadataBytes", version.metadata.size());
    one.add("blobs", blobs.array());
    versions.add(one.object());
  }
  for (const auto& [name, summary] : operators) {
    Members one;
    one.add("name", quoted(name));
    one.add("keys", summary.keys);
    one.add("bytes", summary.bytes);
    states.add(one.object());
  }
  const auto file = [&](const char* kind, FileId id, std::uint64_t bytes) {
    Members one;
    one.add("name", quoted(fileName(kind, id)));
    one.add("bytes", bytes);
    names.add(one.object());
  };
  for (const StateFile& state : found.manifest.states) file("state", state.id, state.bytes);
  for (const BlobFile& blobs : found.manifest.blobs) file("blobs", blobs.id, blobs.bytes);
  for (const auto& [name, records] : batches) {
    Members one;
    one.add("name", quoted(name));
    one.add("records", records.size());
    one.add("bytes", bytesOf(records));
    logs.add(one.object());
  }
  Members all;
  all.add("manifest", quoted(found.file));
  all.add("records", found.records);
  all.add("torn", found.isTorn ? "true" : "false");
  all.add("versions", versions.array());
  all.add("operators", states.array());
  all.add("files", names.array());
  all.add("batches", logs.array());
  std::cout << all.object() << '\n';
}

int verify(const FileSystem& files, const std::string& directory, bool asJson) {
  StoreCheck check;
  try {
    check = checkStore(files, directory);
    for (const auto& [name, records] : readLog(files, batchesOf(directory))) {
      ++check.files;
      check.bytes += bytesOf(records);
    }
  } catch (const Error& error) {
    check.problems.emplace_back(error.what());
  }
  if (asJson) {
    Members problems, all;
    for (const std::string& problem : check.problems) problems.add(quoted(problem));
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

/// The log first: what its owner removes from it meanwhile is in the version that is copied then.
void copy(FileSystem& files, const std::string& from, const std::string& to) {
  const LogRecords batches = readLog(files, batchesOf(from));
  exportStore(files, from, to);
  if (!batches.empty()) writeLog(files, batchesOf(to), batches);
}

int run(std::vector<std::string> arguments) {
  const bool asJson = std::erase(arguments, "--json") > 0;
  if (std::erase(arguments, "--help") > 0) {
    std::cout << kUsage;
    return 0;
  }
  for (const std::string& argument : arguments)
    if (argument.starts_with("--")) throw BadUsage("unknown option " + shorten(argument) + "; see --help");
  if (arguments.empty()) throw BadUsage("a command is needed: inspect, verify or export; see --help");
  const std::string& command = arguments[0];
  const bool isExport = command == "export";
  if (!isExport && command != "inspect" && command != "verify")
    throw BadUsage("unknown command " + shorten(command) + ": inspect, verify or export; see --help");
  if (arguments.size() != (isExport ? 3 : 2))
    throw BadUsage(isExport ? "export needs two directories; see --help"
                            : command + " needs one directory; see --help");

  LocalFileSystem files;
  if (command == "verify") return verify(files, arguments[1], asJson);
  if (isExport)
    copy(files, arguments[1], arguments[2]);
  else
    inspect(files, arguments[1], asJson);
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
