#pragma once

#include <support/faulty_file_system.hpp>
#include <support/memory_file_system.hpp>
#include <support/streams.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace millrace::test {

/// The lives of a program on one disk: a run ends as if its process had died, and the next one goes on with what it has left.
class Lives {
 public:
  using Program = std::function<void(StreamTest& running)>;
  /// What happens in a run, from its start on, which it calls.
  using Life = std::function<void(StreamTest& running, FaultyFileSystem& files)>;

  /// On a disk in memory.
  Lives() : Lives(std::make_shared<MemoryFileSystem>(), "/checkpoint") {}
  Lives(std::shared_ptr<FileSystem> disk, std::string checkpoint)
      : disk_(std::move(disk)), checkpoint_(std::move(checkpoint)) {}

  FileSystem& disk() const { return *disk_; }
  /// A run from `now` on, which dies.
  void die(StreamOptions options, std::int64_t now, const Program& program, const Life& life) const {
    run(std::move(options), now, program, life, true);
  }
  /// The same, but it is stopped.
  void stop(StreamOptions options, std::int64_t now, const Program& program, const Life& life) const {
    run(std::move(options), now, program, life, false);
  }
  /// Batches are logged and run from now on, but none is committed.
  static void commitNothing(FaultyFileSystem& files) {
    files.failWhere([](const std::string& path) {
      return path.ends_with(".tmp") && path.find("/state-") != std::string::npos;
    });
  }

 private:
  void run(StreamOptions options, std::int64_t now, const Program& program, const Life& life,
           bool dies) const {
    const auto files = std::make_shared<FaultyFileSystem>(*disk_);
    options.now = now;
    options.checkpoint = checkpoint_;
    const auto engine = std::make_shared<core::Engine>(
        core::poolJobRunner(options.shape.threads), options.shape.partitions, files, options.shape.chunkSize);
    StreamTest running(engine, options);
    program(running);
    life(running, *files);
    if (dies) files->failFrom(1);
    running.context().stop(true, false);
  }

  std::shared_ptr<FileSystem> disk_;
  std::string checkpoint_;
};

}  // namespace millrace::test
