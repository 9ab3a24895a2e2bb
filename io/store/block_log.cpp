#include <millrace/base/error.hpp>
#include <millrace/base/unlocked.hpp>
#include <millrace/io/store/block_log.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kLargestGroup = std::size_t{64} << 20;

/// Gives the blocks of a frame; BadRecord if it holds none.
template <class Visit>
void forEachBlock(std::string_view payload, Visit visit) {
  ByteReader from(payload);
  do visit(from.bytes(from.varint()));
  while (from.remaining() > 0);
}

}  // namespace

BlockLog::BlockLog(FileSystem& files, std::string directory, std::uint64_t segmentBytes)
    : files_(files),
      directory_(std::move(directory)),
      segmentBytes_(segmentBytes),
      owner_(files, directory_) {
  open();
}

BlockLog::~BlockLog() = default;

void BlockLog::open() {
  MutexLock lock(mutex_);
  std::map<FileId, std::string> found;
  for (const std::string& name : files_.list(directory_)) {
    const auto parsed = parseFileName(name);
    if (!parsed || parsed->kind != "log") continue;
    if (parsed->isDraft)
      files_.remove(directory_ + "/" + name);
    else
      found[parsed->id] = directory_ + "/" + name;
  }
  for (const auto& [id, path] : found) {
    Segment segment = scan(path);
    // What a segment holds behind the begin of the one after was never acknowledged.
    if (!segments_.empty()) {
      const Segment& before = segments_.back();
      if (segment.first > before.next)
        throw DamagedFile(before.path, files_.openForReading(before.path)->size(),
                          "the blocks from " + std::to_string(before.next) + " to " +
                              std::to_string(segment.first - 1) + " are missing; restore the file");
    }
    add(std::move(segment));
  }
  if (!segments_.empty() && !segments_.back().frames.empty()) {
    const Frame& last = segments_.back().frames.back();
    unsure_ = Unsure{segments_.back().path, last};
  }
}

void BlockLog::add(Segment segment) {
  if (!segments_.empty()) {
    Segment& before = segments_.back();
    before.next = segment.first;
    while (!before.frames.empty() && before.frames.back().first >= before.next) before.frames.pop_back();
  }
  segments_.push_back(std::move(segment));
}

BlockLog::Segment BlockLog::scan(const std::string& path) const {
  FrameReader frames(files_.openForReading(path), path, kLogSegment);
  Segment segment{path, 0, 0, {}};
  const auto start = frames.next();
  if (!start) frames.fail(frames.position(), "its first record is cut short or damaged; restore the file");
  try {
    segment.first = segment.next = ByteReader(*start).varint();
    while (const auto payload = frames.next()) {
      segment.frames.push_back({segment.next, frames.lastBegin()});
      forEachBlock(*payload, [&](std::string_view) { ++segment.next; });
    }
  } catch (const BadRecord& error) {
    frames.fail(frames.lastBegin(), error.what());
  }
  return segment;
}

BlockLog::Segment BlockLog::beginSegment(std::uint64_t first) {
  const FileId id{owner_.token(), ++lastNumber_};
  Segment segment{directory_ + "/" + fileName("log", id), unsure_ ? unsure_->frame.first : first, first, {}};
  NewFile file(files_, segment.path, kLogSegment);
  ByteWriter start;
  start.varint(segment.first);
  file.frames().append(start.written());
  if (unsure_) {
    FrameReader earlier(files_.openForReading(unsure_->path), unsure_->path, unsure_->frame.offset);
    const auto payload = earlier.next();
    if (!payload) earlier.fail(earlier.position(), "a record is cut short or damaged; restore the file");
    segment.frames.push_back({segment.first, file.frames().append(*payload)});
  }
  file_ = file.keep();
  unsure_.reset();
  return segment;
}

std::uint64_t BlockLog::append(std::string_view block) {
  if (block.size() > FrameWriter::kLargestFrame / 2)
    throw Unsupported("a block of " + std::to_string(block.size()) +
                      " bytes is larger than the 512 MiB that a block log takes: store smaller ones");
  Waiting mine{block, 0, nullptr, false};
  MutexLock lock(mutex_);
  waiting_.push_back(&mine);
  while (!mine.isDone) {
    if (isWriting_)
      changed_.wait(lock);
    else
      writeGroup();
  }
  if (mine.failure) std::rethrow_exception(mine.failure);
  return mine.position;
}

void BlockLog::writeGroup() {
  isWriting_ = true;
  std::vector<Waiting*> group;
  for (std::size_t bytes = 0; !waiting_.empty() && bytes < kLargestGroup; waiting_.pop_front()) {
    bytes += waiting_.front()->block.size();
    group.push_back(waiting_.front());
  }
  const std::uint64_t first = segments_.empty() ? 1 : segments_.back().next;
  Written written;
  std::exception_ptr failure;
  try {
    const Unlocked unlocked(mutex_);
    written = write(group, first);
  } catch (...) {
    failure = std::current_exception();
    file_ = nullptr;
  }
  if (!failure) {
    if (written.begun) add(std::move(*written.begun));
    segments_.back().frames.push_back({first, written.offset});
    segments_.back().next = first + group.size();
  }
  for (std::size_t i = 0; i < group.size(); ++i) {
    group[i]->position = first + i;
    group[i]->failure = failure;
    group[i]->isDone = true;
  }
  isWriting_ = false;
  changed_.notifyAll();
}

BlockLog::Written BlockLog::write(const std::vector<Waiting*>& group, std::uint64_t first) {
  group_.clear();
  for (const Waiting* waiting : group) {
    group_.varint(waiting->block.size());
    group_.bytes(waiting->block);
  }
  Written written;
  owner_.require();
  const bool rolls = rolls_.exchange(false);
  if (rolls || file_ == nullptr || file_->size() >= segmentBytes_) written.begun = beginSegment(first);
  written.offset = file_->append(group_.written());
  file_->sync();
  owner_.require();
  return written;
}

std::size_t BlockLog::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

std::uint64_t BlockLog::first() const {
  MutexLock lock(mutex_);
  return segments_.empty() ? 1 : segments_.front().first;
}

std::uint64_t BlockLog::next() const {
  MutexLock lock(mutex_);
  return segments_.empty() ? 1 : segments_.back().next;
}

void BlockLog::read(std::uint64_t from, std::uint64_t to,
                    FunctionRef<void(std::uint64_t position, std::string_view block)> visit) const {
  struct Needed {
    Segment segment;  // with the frames that are needed
    std::shared_ptr<const ReadableFile> file;
  };
  std::vector<Needed> needed;
  {
    MutexLock lock(mutex_);
    const std::uint64_t oldest = segments_.empty() ? 1 : segments_.front().first;
    const std::uint64_t newest = segments_.empty() ? 1 : segments_.back().next;
    if (from < oldest || to > newest || from > to)
      throw IllegalArgument("the block log " + directory_ + " holds the blocks from " +
                            std::to_string(oldest) + " up to " + std::to_string(newest) +
                            ", and those from " + std::to_string(from) + " up to " + std::to_string(to) +
                            " were asked for");
    for (const Segment& segment : segments_) {
      if (segment.first >= to || segment.next <= from) continue;
      const auto& frames = segment.frames;
      const auto begin = std::ranges::upper_bound(frames, from, {}, &Frame::first);
      const auto end = std::ranges::lower_bound(frames, to, {}, &Frame::first);
      needed.push_back({{segment.path,
                         segment.first,
                         segment.next,
                         {begin == frames.begin() ? begin : std::prev(begin), end}},
                        files_.openForReading(segment.path)});
    }
  }
  for (const auto& [segment, file] : needed) {
    for (const Frame& frame : segment.frames) {
      FrameReader frames(file, segment.path, frame.offset);
      const auto payload = frames.next();
      if (!payload) frames.fail(frames.position(), "a record is cut short or damaged; restore the file");
      std::uint64_t position = frame.first;
      forEachBlock(*payload, [&](std::string_view block) {
        if (position >= from && position < std::min(to, segment.next)) visit(position, block);
        ++position;
      });
    }
  }
}

void BlockLog::cleanTo(std::uint64_t position) {
  std::vector<std::string> gone;
  {
    MutexLock lock(mutex_);
    while (segments_.size() > 1 && segments_.front().next <= position) {
      gone.push_back(segments_.front().path);
      segments_.erase(segments_.begin());
    }
  }
  for (const std::string& path : gone) files_.remove(path);
}

}  // namespace millrace::core
