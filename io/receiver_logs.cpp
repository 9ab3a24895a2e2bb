#include <millrace/io/receiver_logs.hpp>

#include <utility>

namespace millrace::core {

std::shared_ptr<ReceiverLog> ReceiverLogs::add(const ReceivedForm& form) {
  MutexLock lock(mutex_);
  return logs_.emplace_back(std::make_shared<ReceiverLog>(clock_, form, options_));
}

bool ReceiverLogs::empty() const {
  MutexLock lock(mutex_);
  return logs_.empty();
}

void ReceiverLogs::openIn(std::shared_ptr<FileSystem> files, std::string directory) {
  MutexLock lock(mutex_);
  files_ = std::move(files);
  directory_ = std::move(directory);
}

std::string ReceiverLogs::claim(std::string name) {
  MutexLock lock(mutex_);
  while (!claimed_.insert(name).second) name += '+';
  return name;
}

void ReceiverLogs::open(ReceiverLog& log, const std::string& name, std::optional<std::uint64_t> from) const {
  MutexLock lock(mutex_);
  log.open(files_, directory_ + "/" + name, from);
}

void ReceiverLogs::close() {
  MutexLock lock(mutex_);
  for (const auto& log : logs_) log->close();
}

}  // namespace millrace::core
