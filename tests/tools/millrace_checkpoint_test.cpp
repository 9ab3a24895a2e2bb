#include <millrace/io/store/block_log.hpp>
#include <millrace/io/store/state_store.hpp>

#include "contexts/child_process.hpp"
#include "io/store/state_program.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <csignal>
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

TEST_F(MillraceCheckpoint, KnowsTheLogsOfBatchesAndReceivers) {
  StateStore store(files, directory, stored::StateProgram::settings());
  program.run(store);
  for (const std::string name : {"batches", "receivedData/0"}) {
    BlockLog log(files, directory + "/" + name);
    log.append("block 1");
    log.append("block 2");
    const auto inspected = run({"inspect", directory});
    EXPECT_NE(inspected.text.find("log " + name + "/log-1-1, 3 records, 17 bytes"), std::string::npos)
        << inspected.text;
  }
  EXPECT_EQ(run({"verify", directory}).code, 0);

  EXPECT_EQ(run({"export", directory, scratch / "copy"}).code, 0);
  for (const std::string name : {"batches", "receivedData/0"}) {
    std::vector<std::string> blocks;
    const BlockLog copied(files, scratch / "copy/" + name);
    copied.read(copied.first(), copied.next(),
                [&](std::uint64_t, std::string_view block) { blocks.emplace_back(block); });
    EXPECT_EQ(blocks, (std::vector<std::string>{"block 1", "block 2"})) << name;

    const std::string segment = directory + "/" + name + "/log-1-1";
    const std::string whole = files.read(segment);
    std::string bytes = whole;
    bytes[40] = static_cast<char>(bytes[40] ^ 1);
    files.openForWriting(segment)->write(bytes);
    const auto verified = run({"verify", directory});
    EXPECT_EQ(verified.code, 1);
    EXPECT_NE(verified.text.find(segment), std::string::npos) << verified.text;
    files.openForWriting(segment)->write(whole);
  }
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

TEST_F(MillraceCheckpoint, SaysWhatAProgramWouldDo) {
  const std::vector<std::string> arguments{scratch / "kept", scratch / "output", "0"};
  {
    millrace::test::ChildProcess killed(MILLRACE_COUNTING_PROGRAM, arguments);
    killed.awaitText("version ");
    killed.send(SIGKILL);
    killed.end();
  }
  std::vector<std::string> command{"plan", scratch / "kept", "--", MILLRACE_COUNTING_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto list = scratch.list("kept/streaming");
  const auto goesOn = run(command);
  EXPECT_EQ(goesOn.code, 0) << goesOn.text;
  EXPECT_NE(goesOn.text.find("goes on: updateStateByKey #2 \"tallies\"\n"), std::string::npos) << goesOn.text;
  EXPECT_NE(goesOn.text.find("source Numbers [0]: partition 0 at "), std::string::npos) << goesOn.text;
  command.insert(command.begin() + 2, "--json");
  command.insert(command.end(), {"--conf", "spark.streaming.recovery.startAfresh=true"});
  const auto begins = run(command);
  EXPECT_EQ(begins.code, 1) << begins.text;
  EXPECT_NE(begins.text.find(R"({"goesOn":false,"time":)"), std::string::npos) << begins.text;
  EXPECT_EQ(scratch.list("kept/streaming"), list);

  // What the program names itself need not be there: it is not made.
  const auto elsewhere = run({"plan", scratch / "kept/streaming", "--", MILLRACE_COUNTING_PROGRAM,
                              scratch / "none", scratch / "output", "0"});
  EXPECT_EQ(elsewhere.code, 0) << elsewhere.text;
  EXPECT_FALSE(files.exists(scratch / "none"));
}

TEST_F(MillraceCheckpoint, SaysWhyAProgramHasNoPlan) {
  { StateStore(files, directory).settle(); }
  const auto missing = run({"plan", directory, "--", scratch / "program"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_EQ(missing.text,
            "millrace-checkpoint: cannot start " + scratch / "program" + ": No such file or directory\n");
  const auto other = run({"plan", directory, "--", "true"});
  EXPECT_EQ(other.code, 2);
  EXPECT_EQ(other.text,
            "millrace-checkpoint: true ended with exit code 0 before it started a StreamingContext: it has "
            "no plan\n");
  EXPECT_EQ(run({"plan", scratch / "nothing", "--", "true"}).code, 1);
}

TEST_F(MillraceCheckpoint, RefusesWithASentence) {
  EXPECT_EQ(run({}).code, 2);
  EXPECT_EQ(run({"plan", directory}).text,
            "millrace-checkpoint: plan needs a program: plan DIR -- PROGRAM; see --help\n");
  EXPECT_EQ(run({"inspect", directory, "--", "true"}).code, 2);
  EXPECT_EQ(run({"draw", directory}).code, 2);
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
