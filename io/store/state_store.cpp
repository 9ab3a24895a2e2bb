#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/io/store/blob_file.hpp>
#include <millrace/io/store/delta_runs.hpp>
#include <millrace/io/store/directory_lock.hpp>
#include <millrace/io/store/manifest_log.hpp>
#include <millrace/io/store/state_merge.hpp>
#include <millrace/io/store/state_store.hpp>
#include <millrace/io/store/state_view.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <thread>
#include <utility>

namespace millrace::core {

namespace {

void requireAllWholeOrNone(const StateCommit& commit) {
  std::map<std::string_view, bool> whole;
  for (const OperatorDelta& changed : commit.deltas) {
    const auto [found, isNew] = whole.try_emplace(changed.operatorName, changed.delta->isWhole());
    if (!isNew && found->second != changed.delta->isWhole())
      throw IllegalArgument("version " + std::to_string(commit.version) + " of " + changed.operatorName +
                            " has whole partitions and others that are not: hand over all of them whole");
  }
}

}  // namespace

class StateStore::Impl {
 public:
  Impl(FileSystem& files, std::string directory, const Settings& settings)
      : files_(files),
        directory_(std::move(directory)),
        settings_(settings),
        lock_(files, directory_),
        log_(files, lock_),
        newest_(newestOf(log_.manifest())) {}

  ~Impl() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      changed_.notifyAll();
    }
    for (std::thread& thread : threads_) thread.join();
  }

  Manifest manifest() const {
    MutexLock lock(logMutex_);
    return log_.manifest();
  }

  StoredVersion version(std::uint64_t version) const {
    MutexLock lock(logMutex_);
    return find(version);
  }

  /// Files are opened while none can be removed.
  StateView view(std::uint64_t version) const {
    MutexLock lock(logMutex_);
    find(version);
    std::vector<StateFile> states = log_.manifest().states;
    std::erase_if(states, [&](const StateFile& file) { return file.version > version; });
    return StateView(files_, directory_, std::move(states));
  }

  void readBlob(std::string_view name, std::uint64_t version,
                FunctionRef<void(std::string_view)> visit) const {
    StoredBlob blob;
    std::string path;
    std::shared_ptr<const ReadableFile> file;
    {
      MutexLock lock(logMutex_);
      const auto found = log_.manifest().find(name);
      if (std::ranges::find(find(version).blobs, name) == find(version).blobs.end() || !found)
        throw IllegalArgument("version " + std::to_string(version) + " of " + directory_ +
                              " refers to no blob of the name " + shorten(name));
      blob = *found->second;
      path = directory_ + "/" + fileName("blobs", found->first->id);
      file = files_.openForReading(path);
    }
    readStoredBlob(std::move(file), path, blob, visit);
  }

  void commit(StateCommit commit, std::function<void(const CommitResult&)> done) {
    requireAllWholeOrNone(commit);
    MutexLock lock(mutex_);
    if (newest_ && commit.version <= *newest_)
      throw IllegalArgument("version " + std::to_string(commit.version) + " of " + directory_ +
                            " comes after version " + std::to_string(*newest_) +
                            ": give each commit a larger one");
    newest_ = commit.version;
    if (threads_.empty()) {
      threads_.emplace_back([this] { commitAll(); });
      threads_.emplace_back([this] { mergeAll(); });
    }
    queue_.push_back({std::move(commit), std::move(done)});
    changed_.notifyAll();
  }

  void keepFrom(std::uint64_t version) {
    MutexLock lock(mutex_);
    keepFrom_ = version;
  }

  void goBackTo(std::uint64_t version) {
    MutexLock lock(logMutex_);
    find(version);
    if (log_.manifest().versions.rbegin()->first > version) {
      ManifestEdit edit;
      edit.keepTo = version;
      log_.append(edit);
    }
    MutexLock queueLock(mutex_);
    newest_ = version;
    if (keepFrom_) keepFrom_ = std::min(*keepFrom_, version);
  }

  void clear() {
    MutexLock lock(logMutex_);
    const Manifest& manifest = log_.manifest();
    if (!manifest.versions.empty()) {
      ManifestEdit edit;
      edit.keepFrom = manifest.versions.rbegin()->first + 1;
      for (const StateFile& file : manifest.states) edit.remove.push_back(file.id);
      log_.append(edit);
    }
    MutexLock queueLock(mutex_);
    newest_ = std::nullopt;
    keepFrom_ = std::nullopt;
  }

  void settle() {
    MutexLock lock(mutex_);
    while (!queue_.empty() || isCommitting_ || isMerging_ || mergeWanted_) changed_.wait(lock);
  }

 private:
  struct Waiting {
    StateCommit commit;
    std::function<void(const CommitResult&)> done;
  };

  static std::optional<std::uint64_t> newestOf(const Manifest& manifest) {
    if (manifest.versions.empty()) return std::nullopt;
    return manifest.versions.rbegin()->first;
  }

  const StoredVersion& find(std::uint64_t version) const MILLRACE_REQUIRES(logMutex_) {
    const auto& versions = log_.manifest().versions;
    const auto found = versions.find(version);
    if (found != versions.end()) return found->second;
    throw IllegalArgument(directory_ + " holds no version " + std::to_string(version) + ": " +
                          (versions.empty() ? "it is empty"
                                            : "its versions are " + std::to_string(versions.begin()->first) +
                                                  " to " + std::to_string(versions.rbegin()->first)));
  }

  FileId newFile() {
    MutexLock lock(logMutex_);
    return log_.newFile();
  }

  void append(const ManifestEdit& edit) {
    MutexLock lock(logMutex_);
    log_.append(edit);
  }

  void commitAll() {
    MutexLock lock(mutex_);
    for (;;) {
      while (queue_.empty() && !stopping_) changed_.wait(lock);
      if (queue_.empty()) return;
      Waiting next = std::move(queue_.front());
      queue_.pop_front();
      const std::optional<std::uint64_t> keepFrom = keepFrom_;
      isCommitting_ = true;
      lock.unlock();
      const CommitResult result = make(next.commit, keepFrom);
      if (next.done) next.done(result);
      next = {};
      lock.lock();
      isCommitting_ = false;
      mergeWanted_ = result.failure == nullptr && !stopping_;
      changed_.notifyAll();
    }
  }

  CommitResult make(StateCommit& commit, std::optional<std::uint64_t> keepFrom) {
    CommitResult result;
    result.version = commit.version;
    try {
      owe(commit);
      ManifestEdit edit;
      edit.keepFrom = keepFrom;
      lock_.require();
      StoredVersion& version = edit.versions[commit.version];
      version.metadata = commit.metadata;
      for (const Blob& blob : commit.blobs) version.blobs.push_back(blob.name);
      writeBlobs(version.blobs, edit);
      writeDeltas(commit.version, edit);
      append(edit);
      for (const StateFile& file : edit.states) {
        result.bytes += file.bytes;
        result.isWhole = result.isWhole || std::ranges::any_of(file.runs, &StateRun::isWhole);
      }
      for (const BlobFile& file : edit.blobs) result.bytes += file.bytes;
      for (const OperatorDelta& changed : owed_) result.changes += changed.delta->changes();
      owed_.clear();
      owedBlobs_.clear();
    } catch (...) {
      result.failure = std::current_exception();
    }
    return result;
  }

  /// What the commit brings is owed until a version holds it. A whole state makes older changes void.
  void owe(StateCommit& commit) {
    for (const OperatorDelta& changed : commit.deltas)
      if (changed.delta->isWhole())
        std::erase_if(owed_,
                      [&](const OperatorDelta& older) { return older.operatorName == changed.operatorName; });
    std::ranges::move(commit.deltas, std::back_inserter(owed_));
    for (Blob& blob : commit.blobs)
      if (blob.write) owedBlobs_[blob.name] = std::move(blob.write);
  }

  void writeBlobs(const std::vector<std::string>& needed, ManifestEdit& edit) {
    const Manifest before = manifest();
    std::optional<BlobFileWriter> file;
    for (const std::string& name : needed) {
      if (before.find(name)) continue;
      const auto owed = owedBlobs_.find(name);
      if (owed == owedBlobs_.end())
        throw IllegalArgument("the blob " + shorten(name) + " is neither in " + directory_ +
                              " nor given with the version that needs it");
      if (!file) file.emplace(files_, directory_, newFile());
      file->add(name, owed->second);
    }
    if (file) edit.blobs.push_back(file->keep());
  }

  void writeDeltas(std::uint64_t version, ManifestEdit& edit) {
    std::map<std::string_view, std::vector<const OperatorDelta*>> byOperator;
    for (const OperatorDelta& changed : owed_)
      if (changed.delta->isWhole() || changed.delta->changes() > 0)
        byOperator[changed.operatorName].push_back(&changed);
    if (byOperator.empty()) return;
    const FileId id = newFile();
    StateFileWriter file(files_, directory_ + "/" + fileName("state", id));
    for (const auto& [name, deltas] : byOperator) {
      const bool isWhole =
          std::ranges::any_of(deltas, [](const OperatorDelta* changed) { return changed->delta->isWhole(); });
      DeltaRuns runs(file, std::string(name), isWhole, settings_.sortBytes);
      for (const OperatorDelta* changed : deltas) {
        runs.setPartition(changed->partition);
        changed->delta->writeTo(runs);
      }
      runs.finish();
    }
    edit.states.push_back({id, version, file.size(), false, file.runs()});
    file.keep();
  }

  void mergeAll() {
    MutexLock lock(mutex_);
    for (;;) {
      while (!mergeWanted_ && !stopping_) changed_.wait(lock);
      if (stopping_) return;
      mergeWanted_ = false;
      isMerging_ = true;
      lock.unlock();
      try {
        while (!isStopping() && mergeNext()) continue;
      } catch (const std::exception& error) {
        logWarning("merging the files of a checkpoint has failed; it is tried again with the next one",
                   {{"directory", directory_}, {"reason", error.what()}});
      }
      lock.lock();
      isMerging_ = false;
      changed_.notifyAll();
    }
  }

  bool mergeNext() {
    const auto plan = planMerge(manifest(), settings_.leastMerge);
    if (!plan) return false;
    const auto newId = [this] { return newFile(); };
    const auto change = [this](const ManifestEdit& edit) { append(edit); };
    const auto isStopped = [this] { return isStopping(); };
    mergeFiles(*plan, {files_, directory_, settings_.pieceBytes, newId, change, isStopped});
    return true;
  }

  bool isStopping() const {
    MutexLock lock(mutex_);
    return stopping_;
  }

  FileSystem& files_;
  const std::string directory_;
  const Settings settings_;
  const DirectoryLock lock_;

  mutable Mutex logMutex_;
  ManifestLog log_ MILLRACE_GUARDED_BY(logMutex_);

  mutable Mutex mutex_;
  ConditionVariable changed_;
  std::optional<std::uint64_t> newest_ MILLRACE_GUARDED_BY(mutex_);
  std::optional<std::uint64_t> keepFrom_ MILLRACE_GUARDED_BY(mutex_);
  std::deque<Waiting> queue_ MILLRACE_GUARDED_BY(mutex_);
  bool isCommitting_ MILLRACE_GUARDED_BY(mutex_) = false;
  bool isMerging_ MILLRACE_GUARDED_BY(mutex_) = false;
  bool mergeWanted_ MILLRACE_GUARDED_BY(mutex_) = false;
  bool stopping_ MILLRACE_GUARDED_BY(mutex_) = false;

  // Of the thread that commits.
  std::vector<OperatorDelta> owed_;
  std::map<std::string, std::function<void(std::ostream&)>> owedBlobs_;

  std::vector<std::thread> threads_;  // none before the first commit
};

StateStore::StateStore(FileSystem& files, std::string directory)
    : StateStore(files, std::move(directory), Settings()) {}
StateStore::StateStore(FileSystem& files, std::string directory, const Settings& settings)
    : impl_(std::make_unique<Impl>(files, std::move(directory), settings)) {}
StateStore::~StateStore() = default;

std::vector<std::uint64_t> StateStore::versions() const {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, version] : impl_->manifest().versions) numbers.push_back(number);
  return numbers;
}

std::string StateStore::metadata(std::uint64_t version) const { return impl_->version(version).metadata; }

std::vector<std::string> StateStore::operators(std::uint64_t version) const {
  const StateView view = impl_->view(version);
  std::vector<std::string> names;
  for (const std::string& name : view.operators()) {
    const auto entries = view.entries(name);
    for (StateEntry entry; entries->next(entry);) {
      if (!entry.value) continue;
      names.push_back(name);
      break;
    }
  }
  return names;
}

void StateStore::load(std::string_view operatorName, std::uint64_t version, Visit visit) const {
  const auto entries = impl_->view(version).entries(operatorName);
  for (StateEntry entry; entries->next(entry);)
    if (entry.value) visit(entry.key, *entry.value);
}

void StateStore::load(std::string_view operatorName, int partition, std::uint64_t version,
                      Visit visit) const {
  const auto entries = impl_->view(version).entries(operatorName);
  for (StateEntry entry; entries->next(entry);)
    if (entry.value && entry.partition == partition) visit(entry.key, *entry.value);
}

void StateStore::readBlob(std::string_view name, std::uint64_t version,
                          FunctionRef<void(std::string_view piece)> visit) const {
  impl_->readBlob(name, version, visit);
}

void StateStore::commit(StateCommit commit, std::function<void(const CommitResult&)> done) {
  impl_->commit(std::move(commit), std::move(done));
}

void StateStore::keepFrom(std::uint64_t version) { impl_->keepFrom(version); }

void StateStore::goBackTo(std::uint64_t version) { impl_->goBackTo(version); }

void StateStore::clear() { impl_->clear(); }

void StateStore::settle() { impl_->settle(); }

}  // namespace millrace::core
