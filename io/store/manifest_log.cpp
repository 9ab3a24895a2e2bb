#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/io/store/manifest_log.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::uint64_t kLeastRoom = std::uint64_t{1} << 20;

void removeQuietly(FileSystem& files, const std::string& path) {
  try {
    files.remove(path);
  } catch (const Error& error) {
    logWarning("a file that the checkpoint does not need any more stays until the next start",
               {{"file", path}, {"reason", error.what()}});
  }
}

}  // namespace

ManifestLog::ManifestLog(FileSystem& files, const DirectoryLock& lock) : files_(files), lock_(lock) {
  FoundManifest found = readManifest(files_, lock_.directory());
  if (found.isTorn)
    logInfo("the checkpoint ends with a change that its writer did not complete; it does not count",
            {{"file", lock_.directory() + "/" + found.file}});
  manifest_ = std::move(found.manifest);
  beginFile(manifest_);
  findLeftovers();
}

void ManifestLog::append(const ManifestEdit& edit) {
  Manifest changed = manifest_;
  changed.apply(edit);
  const std::vector<std::string> expired = std::exchange(old_, {});
  try {
    write(edit, changed);
  } catch (...) {
    file_ = nullptr;
    old_.insert(old_.end(), expired.begin(), expired.end());
    removedBy(changed, manifest_);
    throw;
  }
  for (const std::string& name : expired) removeQuietly(files_, lock_.directory() + "/" + name);
  removedBy(manifest_, changed);
  manifest_ = std::move(changed);
}

void ManifestLog::write(const ManifestEdit& edit, const Manifest& changed) {
  lock_.require();
  if (file_ == nullptr || file_->size() > 4 * firstRecord_ + kLeastRoom) {
    beginFile(changed);
  } else {
    file_->append(encodeEdit(edit));
    file_->sync();
  }
  lock_.require();
}

void ManifestLog::beginFile(const Manifest& manifest) {
  if (!fileName_.empty()) old_.push_back(fileName_);
  fileName_ = fileName("manifest", newFile());
  NewFile file(files_, lock_.directory() + "/" + fileName_, kManifestFile);
  file.frames().append(encodeEdit(manifest.whole()));
  firstRecord_ = file.frames().size();
  file_ = file.keep();
}

void ManifestLog::removedBy(const Manifest& before, const Manifest& after) {
  std::vector<std::string> kept = after.files();
  std::ranges::sort(kept);
  for (std::string& name : before.files())
    if (!std::ranges::binary_search(kept, name)) old_.push_back(std::move(name));
}

void ManifestLog::findLeftovers() {
  const std::vector<std::string> named = manifest_.files();
  const std::set<std::string> needed(named.begin(), named.end());
  for (const std::string& name : files_.list(lock_.directory())) {
    const auto parsed = parseFileName(name);
    if (!parsed || parsed->kind == "owner" || needed.contains(name) || name == fileName_) continue;
    old_.push_back(name);
  }
}

}  // namespace millrace::core
