#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/io/receiver_log.hpp>

#include <algorithm>
#include <utility>

namespace millrace::core {

ReceiverLog::ReceiverLog(std::shared_ptr<Clock> clock, const ReceivedForm& form, const Options& options)
    : clock_(std::move(clock)), form_(form), options_(options) {}

void ReceiverLog::open(std::shared_ptr<FileSystem> files, const std::string& directory,
                       std::optional<std::uint64_t> from) {
  auto open = std::make_shared<OpenLog>(std::move(files), directory, options_.segmentBytes);
  const std::uint64_t begin = from.value_or(open->log.first());
  checkFrom(open->log, directory, begin);
  if (begin < open->log.next())
    logInfo("blocks that an earlier run has logged are processed",
            {{"log", directory}, {"blocks", open->log.next() - begin}});
  MutexLock lock(mutex_);
  polled_ = open->log.next();
  rolled_ = clock_->now();
  open_ = std::move(open);
}

void ReceiverLog::checkFrom(const BlockLog& log, const std::string& directory, std::uint64_t from) const {
  if (from < log.first() || from > log.next())
    throw IllegalArgument("the log of a receiver in " + directory + " has the blocks from " +
                          std::to_string(log.first()) + " up to " + std::to_string(log.next()) +
                          ", and the checkpoint goes on at " + std::to_string(from) +
                          ": restore the directory, or set spark.streaming.recovery.startAfresh=true");
  if (from == log.next()) return;
  try {
    readBlock(log, from);
  } catch (const BadRecord& error) {
    throw IllegalArgument("the log of a receiver in " + directory +
                          " has blocks that were not processed: " + error.what() +
                          "; go back to the type that it had until they are, or set "
                          "spark.streaming.recovery.startAfresh=true");
  }
}

void ReceiverLog::close() {
  std::shared_ptr<OpenLog> closed;
  MutexLock lock(mutex_);
  closed = std::exchange(open_, nullptr);
  changed_.notifyAll();
}

std::shared_ptr<ReceiverLog::OpenLog> ReceiverLog::opened() const {
  MutexLock lock(mutex_);
  if (!open_) throw SparkException("the log of a receiver is closed: the context has stopped");
  return open_;
}

void ReceiverLog::store(BlockPtr block, const std::stop_token& stop) {
  awaitRoom(stop);
  const std::uint64_t position = write(*block);
  MutexLock lock(mutex_);
  bytes_ += block->bytes();
  inMemory_.emplace(position, std::move(block));
  notifyReaders();
}

std::uint64_t ReceiverLog::write(const Block& block) {
  ByteWriter bytes;
  {
    MutexLock lock(mutex_);
    bytes = std::exchange(spare_, {});
  }
  const ScopeExit kept([&] {
    MutexLock lock(mutex_);
    spare_ = std::move(bytes);
  });
  bytes.clear();
  bytes.varint(form_.codec->shape.size());
  bytes.bytes(form_.codec->shape);
  form_.write(bytes, block);
  return append(*opened(), bytes.written());
}

void ReceiverLog::awaitRoom(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    changed_.notifyAll();
  });
  MutexLock lock(mutex_);
  while (bytes_ >= options_.mostBytes && open_ && !stop.stop_requested()) changed_.wait(lock);
}

std::uint64_t ReceiverLog::append(OpenLog& open, std::string_view bytes) {
  for (int attempt = 1;; ++attempt) {
    try {
      rollInTime(open.log);
      return open.log.append(bytes);
    } catch (const SparkException& error) {
      if (attempt >= options_.maxFailures) throw;
      logWarning("a block of a receiver could not be logged: it is tried again",
                 {{"attempt", attempt}, {"error", error.what()}});
    }
  }
}

void ReceiverLog::rollInTime(BlockLog& log) {
  MutexLock lock(mutex_);
  const std::int64_t now = clock_->now();
  if (now - rolled_ < options_.rollingInterval) return;
  rolled_ = now;
  log.roll();
}

void ReceiverLog::cleanTo(std::uint64_t position) {
  std::shared_ptr<OpenLog> open;
  {
    MutexLock lock(mutex_);
    open = open_;
  }
  if (open) open->log.cleanTo(position);
}

void ReceiverLog::attach(SourcePartitionBase* reader) {
  MutexLock lock(mutex_);
  readers_.insert(reader);
}

void ReceiverLog::detach(SourcePartitionBase* reader) {
  MutexLock lock(mutex_);
  readers_.erase(reader);
}

void ReceiverLog::notifyReaders() {
  for (SourcePartitionBase* reader : readers_) reader->notify();
}

bool ReceiverLog::isCaughtUp() const {
  MutexLock lock(mutex_);
  return caughtUp_;
}

std::uint64_t ReceiverLog::first() const { return opened()->log.first(); }

std::uint64_t ReceiverLog::next() const {
  MutexLock lock(mutex_);
  return inMemory_.empty() ? polled_ : inMemory_.rbegin()->first + 1;
}

BlockPtr ReceiverLog::take(std::uint64_t position) {
  {
    MutexLock lock(mutex_);
    if (position >= polled_) {
      caughtUp_ = true;
      auto found = inMemory_.extract(position);
      if (!found) return nullptr;
      polled_ = position + 1;
      bytes_ -= found.mapped()->bytes();
      changed_.notifyAll();
      return std::move(found.mapped());
    }
  }
  return readBlock(opened()->log, position);
}

BlockPtr ReceiverLog::readBlock(const BlockLog& log, std::uint64_t position) const {
  BlockPtr read;
  log.read(position, position + 1, [&](std::uint64_t, std::string_view block) {
    ByteReader bytes(block);
    const std::string_view shape = bytes.bytes(bytes.varint());
    if (shape != form_.codec->shape)
      throw BadRecord("block " + std::to_string(position) + " has records of the form " + std::string(shape) +
                      ", and the receiver stores " + form_.typeName + " of the form " + form_.codec->shape);
    read = form_.read(std::string(bytes.bytes(bytes.remaining())),
                      "block " + std::to_string(position) + " of a receiver's log");
  });
  return read;
}

LoggedBlocks::LoggedBlocks(std::shared_ptr<ReceiverLog> log) : log_(std::move(log)), next_(log_->first()) {
  log_->attach(this);
}

LoggedBlocks::~LoggedBlocks() { log_->detach(this); }

std::size_t LoggedBlocks::pollsLeft() const {
  const std::uint64_t end = log_->next();
  return end > next_ ? static_cast<std::size_t>(end - next_) : 0;
}

BlockPtr LoggedBlocks::pollBlock(std::size_t) {
  BlockPtr block = log_->take(next_);
  if (block) ++next_;
  return block;
}

}  // namespace millrace::core
