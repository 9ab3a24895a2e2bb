#include <millrace/io/store/block_log.hpp>
#include <millrace/io/store/state_store.hpp>

#include "contexts/child_process.hpp"
#include "io/store/state_program.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {
namespace {

class MillraceCheckpoint : public testing::Test {
 protected:
  struct Said {
    int code;
    std::string text;
  };
  static Said run(const std::vector<std::string>& arguments) {
    millrace::test::ChildProcess program(MILLRACE_CHECKPOINT, arguments);
    const int code = program.end();
    return {code, program.said()};
  }
  std::map<std::string, std::string> content() {
    std::map<std::string, std::string> bytes;
    for (const std::string& name : scratch.list("store")) bytes[name] = scratch.read("store/" + name);
    return bytes;
  }

  millrace::test::ScratchDirectory scratch;
  LocalFileSystem files;
  const std::string directory = scratch / "store";
  const stored::StateProgram program;
};

TEST_F(MillraceCheckpoint, SaysWhatARunningOneHoldsAndCopiesIt) {
  StateStore store(files, directory, stored::StateProgram::settings());
  program.run(store);
  const auto before = content();

  const auto inspected = run({"inspect", directory});
  EXPECT_EQ(inspected.code, 0) << inspected.text;
  EXPECT_NE(inspected.text.find("version 6, 10 bytes of metadata, 3 blobs"), std::string::npos)
      << inspected.text;
  const auto keys = program.expected(stored::StateProgram::kVersions).states.at("1 counts").size();
  EXPECT_NE(inspected.text.find("operator 1 counts, " + std::to_string(keys) + " keys"), std::string::npos)
      << inspected.text;
  const auto json = run({"inspect", directory, "--json"});
  EXPECT_NE(json.text.find(R"("operators":[{"name":"1 counts","keys":)" + std::to_string(keys)),
            std::string::npos)
      << json.text;
  const auto verified = run({"verify", directory, "--json"});
  EXPECT_EQ(verified.code, 0) << verified.text;
  EXPECT_NE(verified.text.find(R"("problems":[])"), std::string::npos) << verified.text;

  const std::string copy = scratch / "copy";
  EXPECT_EQ(run({"export", directory, copy}).code, 0);
  EXPECT_EQ(content(), before);
  const auto again = run({"export", directory, copy});
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(again.text,
            "millrace-checkpoint: " + copy + " exists: name a directory that does not exist yet\n");
  const StateStore copied(files, copy);
  for (const std::uint64_t version : copied.versions())
    EXPECT_EQ(stored::StateProgram::heldBy(copied, version, program.expected(version)),
              program.expected(version));
  EXPECT_EQ(copied.versions(), store.versions());
}

TEST_F(MillraceCheckpoint, KnowsTheLogOfBatches) {
  StateStore store(files, directory, stored::StateProgram::settings());
  program.run(store);
  BlockLog log(files, directory + "/batches");
  log.append("batch 1");
  log.append("batch 2");
  const auto inspected = run({"inspect", directory});
  EXPECT_NE(inspected.text.find("log of batches, file log-1-1, 3 records, 17 bytes"), std::string::npos)
      << inspected.text;
  EXPECT_EQ(run({"verify", directory}).code, 0);

  EXPECT_EQ(run({"export", directory, scratch / "copy"}).code, 0);
  std::vector<std::string> blocks;
  const BlockLog copied(files, scratch / "copy/batches");
  copied.read(copied.first(), copied.next(),
              [&](std::uint64_t, std::string_view block) { blocks.emplace_back(block); });
  EXPECT_EQ(blocks, (std::vector<std::string>{"batch 1", "batch 2"}));

  const std::string segment = directory + "/batches/log-1-1";
  std::string bytes = files.read(segment);
  bytes[40] = static_cast<char>(bytes[40] ^ 1);
  files.openForWriting(segment)->write(bytes);
  const auto verified = run({"verify", directory});
  EXPECT_EQ(verified.code, 1);
  EXPECT_NE(verified.text.find(segment), std::string::npos) << verified.text;
}

TEST_F(MillraceCheckpoint, NamesEveryDamagedFile) {
  {
    StateStore store(files, directory, stored::StateProgram::settings());
    program.run(store);
  }
  const std::string needed = run({"inspect", directory}).text;
  int damaged = 0;
  for (const auto& [name, bytes] : content()) {
    if (needed.find("file " + name + ",") == needed.npos) continue;
    std::string changed = bytes;
    changed[bytes.size() / 2] = static_cast<char>(changed[bytes.size() / 2] ^ 1);
    scratch.write("store/" + name, changed);
    const auto said = run({"verify", directory});
    EXPECT_EQ(said.code, 1);
    EXPECT_NE(said.text.find("problem: " + directory + "/" + name + " at byte "), std::string::npos)
        << said.text;
    ++damaged;
    scratch.write("store/" + name, bytes);
  }
  EXPECT_GE(damaged, 3);
}

TEST_F(MillraceCheckpoint, RefusesWithASentence) {
  EXPECT_EQ(run({}).code, 2);
  EXPECT_EQ(run({"plan", directory}).code, 2);
  EXPECT_EQ(run({"inspect"}).text, "millrace-checkpoint: inspect needs one directory; see --help\n");
  EXPECT_EQ(run({"verify", directory, "--fast"}).code, 2);
  EXPECT_EQ(run({"--help"}).code, 0);
  files.createDirectories(directory);
  const auto none = run({"inspect", directory});
  EXPECT_EQ(none.code, 1);
  EXPECT_EQ(none.text, "millrace-checkpoint: " + directory + " holds no checkpoint: it has no manifest\n");
  EXPECT_TRUE(std::filesystem::is_empty(directory));
}

}  // namespace
}  // namespace millrace::core
