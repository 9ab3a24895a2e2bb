#include <support/line_server.hpp>
#include <support/raw_blocks.hpp>
#include <support/scratch_directory.hpp>

#include "contexts/child_process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using Strings = std::vector<std::string>;

/// Every sample runs as its reader would run it, in both modes, against a server of lines, in a directory of its own.
class Sample : public testing::TestWithParam<const char*> {
 protected:
  Sample() { std::filesystem::current_path(scratch_.path()); }
  ~Sample() override { std::filesystem::current_path(before_); }

  /// Gives a sample that reads from a socket these lines, waits until it has said all of `texts`, and interrupts it.
  void expectSays(const std::string& name, Strings arguments, const std::string& lines,
                  const Strings& texts) {
    SCOPED_TRACE(name);
    expectSays(name, std::move(arguments), lines, texts, [&](test::ChildProcess& program, auto&) {
      for (const std::string& text : texts) program.awaitText(text);
    });
  }
  /// The same of a sample that does not flush, and so says things when it ends: it is interrupted when it has received all.
  void expectSaysInTheEnd(const std::string& name, Strings arguments, const std::string& lines,
                          const Strings& texts) {
    SCOPED_TRACE(name);
    expectSays(name, std::move(arguments), lines, texts, [](test::ChildProcess& program, auto& peer) {
      peer.close();
      program.awaitText("closed the connection");
    });
  }

  template <class Await>
  void expectSays(const std::string& name, Strings arguments, const std::string& lines, const Strings& texts,
                  Await await) {
    test::LineServer server;
    for (std::string argument : {std::string("127.0.0.1"), std::to_string(server.port())})
      arguments.push_back(std::move(argument));
    auto program = run(name, arguments);
    auto peer = server.accept();
    peer.send(lines);
    await(*program, peer);
    program->send(SIGINT);
    EXPECT_EQ(program->end(), 0) << program->said();
    for (const std::string& text : texts)
      EXPECT_TRUE(program->hasSaid(text)) << text << '\n' << program->said();
  }

  std::unique_ptr<test::ChildProcess> run(const std::string& name, Strings arguments) {
    arguments.push_back("--mode");
    arguments.push_back(GetParam());
    return std::make_unique<test::ChildProcess>(MILLRACE_SAMPLES "/" + name, arguments);
  }

  const test::ScratchDirectory& scratch() const { return scratch_; }

 private:
  const std::filesystem::path before_ = std::filesystem::current_path();
  test::ScratchDirectory scratch_;
};

TEST_P(Sample, NetworkWordCount) {
  expectSays("network_word_count", {}, "a b a\n", {"Time: ", "(a,2)", "(b,1)"});
}

TEST_P(Sample, RecoverableNetworkWordCount) {
  test::LineServer server;
  for (const std::string line : {"d e d\n", "f a\n"}) {
    auto program = run("recoverable_network_word_count", {"127.0.0.1", std::to_string(server.port()),
                                                          scratch() / "checkpoint", scratch() / "counts"});
    auto peer = server.accept();
    peer.send(line);
    peer.close();
    program->awaitText("closed the connection");
    program->send(SIGINT);
    EXPECT_EQ(program->end(), 0) << program->said();
    EXPECT_FALSE(program->hasSaid("begins anew")) << program->said();
  }
  const std::string counts = scratch().read("counts");
  for (const char* text : {"(d, 2)", "(e, 1)", "(f, 1)"})
    EXPECT_NE(counts.find(text), std::string::npos) << text << '\n' << counts;
  EXPECT_EQ(counts.find("(a, "), std::string::npos) << counts;
}

TEST_P(Sample, RecoverableNetworkWordCountSaysWhatItWouldDo) {
  test::LineServer server;
  const Strings arguments{"127.0.0.1", std::to_string(server.port()), scratch() / "checkpoint",
                          scratch() / "counts"};
  {
    auto program = run("recoverable_network_word_count", arguments);
    auto peer = server.accept();
    peer.send("d e d\n");
    peer.close();
    program->awaitText("closed the connection");
    program->send(SIGINT);
    EXPECT_EQ(program->end(), 0) << program->said();
  }
  const std::string counts = scratch().read("counts");
  Strings plan{"plan", scratch() / "checkpoint", "--", MILLRACE_SAMPLES "/recoverable_network_word_count"};
  plan.insert(plan.end(), arguments.begin(), arguments.end());
  test::ChildProcess asked(MILLRACE_CHECKPOINT, plan);
  EXPECT_EQ(asked.end(), 0) << asked.said();
  EXPECT_TRUE(asked.hasSaid("of a " + std::string(GetParam()) + " run\n")) << asked.said();
  EXPECT_TRUE(asked.hasSaid("source Socket stream [0]: with what comes")) << asked.said();
  EXPECT_EQ(scratch().read("counts"), counts);
}

TEST_P(Sample, CustomReceiver) { expectSays("custom_receiver", {}, "a b a\n", {"(a,2)", "(b,1)"}); }

TEST_P(Sample, WindowedWordCount) {
  expectSays("windowed_word_count", {}, "a b a\n", {"(a,2)", "(b,1)"});
  const Strings saved = scratch().list("out");
  ASSERT_FALSE(saved.empty());
  EXPECT_TRUE(saved[0].starts_with("counts-") && saved[0].ends_with(".txt")) << saved[0];
}

TEST_P(Sample, StatefulNetworkWordCount) {
  expectSays("stateful_network_word_count", {}, "hello there\n",
             {"(hello,2)", "(hello,1)", "(there,1)", "\n3\n"});
}

TEST_P(Sample, PageViewStream) {
  const std::string lines =
      "http://a\t200\t94709\t1\nhttp://b\t404\t94117\t2\nhttp://a\t200\t94709\t1\nhttp://c\t500\t94117\t3\n";
  expectSays("page_view_stream", {"pageCounts"}, "http://a\t200\t94709\t1\n", {"(http://a,1)"});
  expectSays("page_view_stream", {"slidingPageCounts"}, lines, {"(http://a,2)", "(http://b,1)"});
  expectSays("page_view_stream", {"errorRatePerZipCode"}, lines, {"(94117,1.0)"});
  expectSays("page_view_stream", {"activeUserCount"}, lines, {"\n3\n"});
  expectSaysInTheEnd("page_view_stream", {"popularUsersSeen"}, lines,
                     {"Saw user ada at time ", "Saw user edsger at time "});
}

/// A sample that is a server, on a free port.
class Server {
 public:
  Server(const std::string& name, Strings arguments)
      : program_(MILLRACE_SAMPLES "/" + name, (arguments.insert(arguments.begin(), "0"), arguments)) {
    program_.awaitText("\n");
  }
  std::string port() const {
    const std::string said = program_.said();
    return said.substr(said.rfind(' ') + 1, said.find('\n') - said.rfind(' ') - 1);
  }

 private:
  test::ChildProcess program_;
};

TEST_P(Sample, PageViewGenerator) {
  const Server server("page_view_generator", {"1000"});
  auto program = run("page_view_stream", {"pageCounts", "127.0.0.1", server.port()});
  program->awaitText("(http://example.com/news,");
  program->send(SIGINT);
  EXPECT_EQ(program->end(), 0) << program->said();
}

TEST_P(Sample, RawNetworkGrep) {
  test::LineServer server;
  auto program = run("raw_network_grep", {"2", "127.0.0.1", std::to_string(server.port()), "100"});
  auto first = server.accept(), second = server.accept();
  first.send(test::rawBlock<std::string>({"the first", "a second", "and then"}));
  program->awaitText("Grep count: 2");
  second.send(test::rawBlock<std::string>({"another"}));
  program->awaitText("Grep count: 1");
  program->send(SIGINT);
  EXPECT_EQ(program->end(), 0) << program->said();
}

TEST_P(Sample, RawTextSender) {
  const std::string file = scratch() / "text";
  std::ofstream(file) << "in the beginning\nnothing\nthe end\n";
  const Server server("raw_text_sender", {file, "10", "100"});
  auto program = run("raw_network_grep", {"1", "127.0.0.1", server.port(), "100"});
  program->awaitText("Grep count: 1");
  program->send(SIGINT);
  EXPECT_EQ(program->end(), 0) << program->said();
}

TEST_P(Sample, HdfsWordCount) {
  const std::string watched = scratch() / "watched", made = scratch() / "made";
  std::filesystem::create_directory(watched);
  auto program = run("hdfs_word_count", {watched});
  program->awaitText("Time: ");
  std::ofstream(made) << "a b a\n";
  std::filesystem::rename(made, watched + "/file");
  program->awaitText("(a,2)");
  program->send(SIGINT);
  EXPECT_EQ(program->end(), 0) << program->said();
}

// It ends by itself after half a minute; a batch of it is enough.
TEST_P(Sample, QueueStream) {
  auto program = run("queue_stream", {});
  program->awaitText("(7,100)");
}

TEST_P(Sample, SaysWhatIsWrongWithItsArguments) {
  for (const char* name :
       {"network_word_count", "custom_receiver", "windowed_word_count", "stateful_network_word_count"}) {
    auto unreadable = run(name, {"127.0.0.1", "port"});
    EXPECT_EQ(unreadable->end(), 1) << name;
    EXPECT_TRUE(unreadable->hasSaid("\"port\" is not a whole number")) << unreadable->said();
    auto missing = run(name, {"127.0.0.1"});
    EXPECT_EQ(missing->end(), 2) << name;
    EXPECT_TRUE(missing->hasSaid(std::string("usage: ") + name + " HOST PORT")) << missing->said();
  }
  auto tooHigh = run("network_word_count", {"127.0.0.1", "70000"});
  EXPECT_EQ(tooHigh->end(), 1);
  EXPECT_TRUE(tooHigh->hasSaid("port 70000 is not in 1..65535")) << tooHigh->said();
}

INSTANTIATE_TEST_SUITE_P(Modes, Sample, testing::Values("micro-batch", "continuous"), [](const auto& mode) {
  return std::string(mode.param) == "continuous" ? "Continuous" : "MicroBatch";
});

}  // namespace
}  // namespace millrace
