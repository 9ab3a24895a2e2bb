#include <millrace/base/error.hpp>
#include <millrace/io/store/directory_lock.hpp>
#include <millrace/io/store/file_names.hpp>
#include <millrace/io/store/framed_file.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

constexpr FileKind kOwner{"MRSTOWNR", 1, "file that names the owner of a checkpoint"};

std::string thisProcess() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return "process " + std::to_string(::getpid()) + " on host " + host.data();
}

}  // namespace

DirectoryLock::DirectoryLock(FileSystem& files, std::string directory)
    : files_(files), directory_(std::move(directory)) {
  files_.createDirectories(directory_);
  lock_ = files_.tryLock(directory_ + "/lock");
  if (lock_ == nullptr)
    throw SparkException(directory_ + " is in use by " + owner() +
                         ": stop that one first, or give this one another directory");
  std::vector<std::string> owners;
  for (const std::string& name : files_.list(directory_)) {
    const auto parsed = parseFileName(name);
    if (!parsed) continue;
    token_ = std::max(token_, parsed->id.token);
    if (parsed->kind == "owner") owners.push_back(name);
  }
  ++token_;
  ownerFile_ = directory_ + "/" + fileName("owner", {token_, static_cast<std::uint64_t>(::getpid())});
  NewFile file(files_, ownerFile_, kOwner);
  file.frames().append(thisProcess());
  file.keep();
  for (const std::string& name : owners) files_.remove(directory_ + "/" + name);
}

DirectoryLock::~DirectoryLock() = default;

void DirectoryLock::require() const {
  if (!files_.exists(ownerFile_))
    throw SparkException(directory_ + " was taken over by " + owner() + " while this process (token " +
                         std::to_string(token_) + ") was paused: it may commit nothing any more; end it");
}

std::string DirectoryLock::owner() const {
  std::string owner = "another process";
  std::uint64_t newest = 0;
  for (const std::string& name : files_.list(directory_)) {
    const auto parsed = parseFileName(name);
    if (!parsed || parsed->kind != "owner" || parsed->isDraft || parsed->id.token < newest) continue;
    newest = parsed->id.token;
    try {
      const std::string path = directory_ + "/" + name;
      FrameReader reader(files_.openForReading(path), path, kOwner);
      if (const auto said = reader.next()) owner = *said;
    } catch (const Error&) {
      owner = "process " + std::to_string(parsed->id.number);
    }
  }
  return owner;
}

}  // namespace millrace::core
