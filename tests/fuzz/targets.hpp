#pragma once

#include <millrace/base/error.hpp>
#include <millrace/io/store/block_log.hpp>
#include <millrace/io/store/framed_file.hpp>
#include <millrace/io/store/manifest.hpp>

#include "support/memory_file_system.hpp"

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

/// What libFuzzer calls with any bytes, and a test with those of the corpus. A broken promise ends the process.
namespace millrace::test::fuzz {

inline void require(bool isKept, const char* promise) {
  if (isKept) return;
  std::cerr << "broken promise: " << promise << '\n';
  std::abort();
}

/// The records of any file, written again, are the bytes that it begins with.
inline void framedFile(std::string_view bytes) {
  constexpr core::FileKind kKind{"MRTESTLG", 3, "log"};
  MemoryFileSystem files;
  files.put("/log", std::string(bytes));
  core::FrameWriter again(files.openPrivate("/again"), kKind);
  try {
    core::FrameReader reader(files.openForReading("/log"), "/log", kKind);
    while (const auto payload = reader.next()) again.append(*payload);
    require(reader.isTorn() || reader.position() == bytes.size(), "a clean end is the end");
  } catch (const Error&) {
  }
  if (again.size() > core::FrameReader::kFileHeader)
    require(bytes.starts_with(files.read("/again")), "records are what was written");
}

/// A record that is taken is the same record when it is written and read again; and no bytes as a manifest do harm.
inline void manifest(std::string_view bytes) {
  try {
    const core::ManifestEdit edit = core::decodeEdit(bytes);
    const std::string once = core::encodeEdit(edit);
    require(core::encodeEdit(core::decodeEdit(once)) == once, "a record survives being written");
    core::Manifest made;
    made.apply(edit);
    core::Manifest again;
    again.apply(made.whole());
    require(core::encodeEdit(again.whole()) == core::encodeEdit(made.whole()), "a manifest makes itself");
  } catch (const Error&) {
  }
  MemoryFileSystem files;
  files.put("/store/manifest-1-1", std::string(bytes));
  try {
    core::readManifest(files, "/store");
  } catch (const Error&) {
  }
}

/// A log with any segment is refused, or gives all the blocks it says it has, and goes on.
inline void blockLog(std::string_view bytes) {
  MemoryFileSystem files;
  files.put("/log/log-1-1", std::string(bytes));
  try {
    core::BlockLog log(files, "/log");
    std::uint64_t blocks = 0;
    log.read(log.first(), log.next(), [&](std::uint64_t, std::string_view) { ++blocks; });
    require(blocks == log.next() - log.first(), "every block is given");
    require(log.append("next") == log.next() - 1, "the log goes on");
  } catch (const Error&) {
  }
}

}  // namespace millrace::test::fuzz
