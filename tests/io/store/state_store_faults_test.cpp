#include <millrace/io/store/framed_file.hpp>
#include <millrace/io/store/state_store.hpp>

#include "io/store/state_program.hpp"
#include "support/faulty_file_system.hpp"
#include "support/memory_file_system.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>

namespace millrace::core {
namespace {

using stored::Everything;
using stored::StateProgram;
using test::FaultyFileSystem;
using test::MemoryFileSystem;

const std::string kDirectory = "/store";

class StateStoreFaults : public testing::Test {
 protected:
  /// Runs the program; how far it was acknowledged.
  std::uint64_t run(FileSystem& files) const {
    try {
      StateStore store(files, kDirectory, StateProgram::settings());
      return program.run(store);
    } catch (const SparkException&) {
      return 0;
    }
  }

  /// What is there is the last version that was acknowledged, or the one that was under way; whole, as are older ones that are
  /// kept. The next version can be made of it.
  void expectRecovered(MemoryFileSystem& memory, std::uint64_t acknowledged) const {
    StateStore store(memory, kDirectory, StateProgram::settings());
    const auto versions = store.versions();
    const std::uint64_t newest = versions.empty() ? 0 : versions.back();
    EXPECT_GE(newest, acknowledged);
    EXPECT_LE(newest, acknowledged + 1);
    for (const std::uint64_t version : versions) expectHolds(store, version);
    if (newest == StateProgram::kVersions) return;
    EXPECT_EQ(stored::commitAndSettle(store, StateProgram::commitOf(newest + 1)).failure, nullptr);
    expectHolds(store, newest + 1);
  }

  void expectHolds(const StateStore& store, std::uint64_t version) const {
    const Everything& expected = program.expected(version);
    EXPECT_EQ(StateProgram::heldBy(store, version, expected), expected) << "version " << version;
  }

  int callsOfARun() const {
    MemoryFileSystem memory;
    FaultyFileSystem files(memory);
    EXPECT_EQ(run(files), StateProgram::kVersions);
    return files.calls();
  }

  const StateProgram program;
};

TEST_F(StateStoreFaults, APowerCutAtEveryCallLeavesTheLastVersionOrTheNext) {
  for (int n = 1, calls = callsOfARun(); n <= calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    MemoryFileSystem memory;
    FaultyFileSystem files(memory);
    files.failFrom(n);
    const std::uint64_t acknowledged = run(files);
    memory.cutPower();
    expectRecovered(memory, acknowledged);
    if (HasFailure()) return;
  }
}

TEST_F(StateStoreFaults, APowerCutThatKeepsPartsOfWhatWasNotSynced) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int n = 1, calls = callsOfARun(); n <= calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    MemoryFileSystem memory;
    FaultyFileSystem files(memory);
    files.failFrom(n);
    const std::uint64_t acknowledged = run(files);
    memory.cutPower(random);
    expectRecovered(memory, acknowledged);
    if (HasFailure()) return;
  }
}

TEST_F(StateStoreFaults, AnErrorAtEveryCallLosesNothing) {
  for (int n = 1, calls = callsOfARun(); n <= calls; ++n) {
    SCOPED_TRACE("call " + std::to_string(n));
    MemoryFileSystem memory;
    FaultyFileSystem files(memory);
    files.failCall(n);
    const std::uint64_t acknowledged = run(files);
    expectRecovered(memory, acknowledged);
    if (HasFailure()) return;
  }
}

TEST_F(StateStoreFaults, ADiskThatIsFullAfterEveryNumberOfBytesLosesNothing) {
  MemoryFileSystem whole;
  run(whole);
  const auto bytes = static_cast<std::int64_t>(whole.mostBytes());
  for (std::int64_t room = 0; room < 3 * bytes; room += 111) {
    SCOPED_TRACE("room " + std::to_string(room));
    MemoryFileSystem memory;
    FaultyFileSystem files(memory);
    files.fullAfter(room);
    const std::uint64_t acknowledged = run(files);
    memory.cutPower();
    expectRecovered(memory, acknowledged);
    if (HasFailure()) return;
  }
}

class StateStoreDamage : public StateStoreFaults {
 protected:
  void SetUp() override {
    run(whole_);
    for (const std::string& name : whole_.list(kDirectory))
      if (name != "lock" && !name.starts_with("owner")) content_[name] = whole_.read(kDirectory + "/" + name);
  }

  /// With this content of a file, a caller that knows which versions there were gets one of the last two as it was, or an
  /// error: naming the file, or that the version is not there; and nothing is removed before it has seen that.
  void expectSafe(const std::string& name, const std::string& content) const {
    MemoryFileSystem memory;
    for (const auto& [other, bytes] : content_) memory.put(kDirectory + "/" + other, bytes);
    memory.put(kDirectory + "/" + name, content);
    try {
      const StateStore store(memory, kDirectory, StateProgram::settings());
      for (const auto& [other, bytes] : content_)
        EXPECT_TRUE(memory.exists(kDirectory + "/" + other)) << other;
      const auto versions = store.versions();
      const bool isLast = !versions.empty() && versions.back() == StateProgram::kVersions;
      expectHolds(store, StateProgram::kVersions - (isLast ? 0 : 1));
    } catch (const IllegalArgument& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("/store holds no version 5: ")) << error.what();
    } catch (const Error& error) {
      const std::string failure = error.what();
      const bool isMissing = name.starts_with("manifest") && failure.find("it is missing") != failure.npos;
      EXPECT_TRUE(isMissing || failure.find(kDirectory + "/" + name) != failure.npos) << failure;
    }
  }

  MemoryFileSystem whole_;
  std::map<std::string, std::string> content_;
};

TEST_F(StateStoreDamage, EveryFileCutAnywhereIsAnErrorOrTheVersionBefore) {
  for (const auto& [name, bytes] : content_) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      SCOPED_TRACE(name + " cut to " + std::to_string(size));
      expectSafe(name, bytes.substr(0, size));
      if (HasFailure()) return;
    }
  }
}

TEST_F(StateStoreDamage, EveryFileWithAFlippedBitAnywhereIsAnErrorOrTheVersionBefore) {
  for (const auto& [name, bytes] : content_) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      SCOPED_TRACE(name + " flipped at " + std::to_string(at));
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
      expectSafe(name, flipped);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace millrace::core
