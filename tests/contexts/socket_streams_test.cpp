#include <millrace/base/error.hpp>
#include <millrace/contexts/streaming_context.hpp>

#include "contexts/inputs.hpp"
#include "contexts/observed.hpp"
#include "support/line_server.hpp"
#include "support/raw_blocks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <istream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::LineServer;
using test::Peer;
using test::rawBlock;
using test::SmallProgram;
using Words = std::vector<std::string>;

/// Texts, each with its length in front.
std::optional<std::string> counted(std::istream& in) {
  const int length = in.get();
  if (length < 0) return std::nullopt;
  std::string text(static_cast<std::size_t>(length), '\0');
  if (!in.read(text.data(), length)) throw BadRecord("a text is cut short");
  return text;
}

std::string textsOf(const Words& words) {
  std::string sent;
  for (const std::string& word : words) sent += static_cast<char>(word.size()) + word;
  return sent;
}

class SocketStreamsTest : public testing::TestWithParam<const char*> {
 protected:
  SmallProgram& make(SmallProgram::Settings settings = {}) {
    settings.emplace_back("spark.streaming.mode", GetParam());
    return program.emplace(settings);
  }
  StreamingContext& ssc() { return program->ssc; }

  DStream<std::string> lines(const LineServer& server) {
    return ssc().socketTextStream("127.0.0.1", server.port()).map([](std::string_view line) {
      return std::string(line);
    });
  }
  DStream<std::string> texts(const LineServer& server) {
    return ssc().socketStream("127.0.0.1", server.port(), counted);
  }
  DStream<std::string> raw(const LineServer& server) {
    return ssc().rawSocketStream<std::string>("127.0.0.1", server.port());
  }

  void note(const DStream<std::string>& stream) {
    stream.foreachRDD([this](const RDD<std::string>& rdd) {
      for (const std::string& word : rdd.collect()) program->done.add(word);
    });
  }
  Words await(std::size_t count) {
    const auto deadline = test::soon();
    while (program->done.all().size() < count) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("30 s have passed");
      program->nextBatch();
    }
    return program->done.all();
  }
  /// Lets time pass until somebody connects.
  Peer acceptAgain(LineServer& server) {
    const auto deadline = test::soon();
    while (!server.hasCaller()) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("30 s have passed");
      program->nextBatch();
    }
    return server.accept();
  }
  static Words sorted(Words words) {
    std::ranges::sort(words);
    return words;
  }

  test::ObservedLog log;
  std::optional<SmallProgram> program;
};

TEST_P(SocketStreamsTest, ManyOfEachKindMakeOneStream) {
  LineServer servers[6];
  make();
  const DStream<std::string> all =
      ssc().union_<std::string>({lines(servers[0]), texts(servers[1]), raw(servers[2]), lines(servers[3]),
                                 texts(servers[4]), raw(servers[5])});
  note(all);
  ssc().start();
  std::vector<Peer> peers;
  Words sent;
  for (LineServer& server : servers) peers.push_back(server.accept());
  for (int i = 0; i < 6; ++i) {
    Words words;
    for (int k = 0; k < 20; ++k) words.push_back(std::to_string(i) + "/" + std::to_string(10 + k));
    sent.insert(sent.end(), words.begin(), words.end());
    std::string joined;
    for (const std::string& word : words) joined += word + "\n";
    auto& peer = peers[static_cast<std::size_t>(i)];
    peer.send(i % 3 == 0 ? joined : i % 3 == 1 ? textsOf(words) : rawBlock(words));
  }
  const Words came = await(sent.size());
  EXPECT_EQ(sorted(came), sorted(sent));
  for (int i = 0; i < 6; ++i) {
    Words ofOne;
    std::ranges::copy_if(came, std::back_inserter(ofOne),
                         [&](const std::string& word) { return word[0] == '0' + i; });
    EXPECT_EQ(ofOne, sorted(ofOne)) << "in the order in which they were sent";
  }
}

TEST_P(SocketStreamsTest, APeerThatComesBackIsReadOn) {
  LineServer first, second;
  make();
  note(texts(first));
  note(raw(second));
  ssc().start();
  first.accept().send(textsOf({"one", "two"}));
  second.accept().send(rawBlock<std::string>({"three"}));
  EXPECT_EQ(sorted(await(3)), (Words{"one", "three", "two"}));
  acceptAgain(first).send(textsOf({"four"}));
  acceptAgain(second).send(rawBlock<std::string>({"five", "six"}));
  EXPECT_EQ(sorted(await(6)), (Words{"five", "four", "one", "six", "three", "two"}));
}

TEST_P(SocketStreamsTest, ASilentPeerIsLeftAndAskedAnew) {
  LineServer servers[3];
  make({{"spark.streaming.receiver.idleTimeout", "20ms"}});
  note(lines(servers[0]));
  note(texts(servers[1]));
  note(raw(servers[2]));
  ssc().start();
  for (LineServer& server : servers) {
    Peer silent = server.accept();
    Peer again = acceptAgain(server);
    log.awaitLine("Nothing came from 127.0.0.1:" + std::to_string(server.port()) + " for 20 ms");
    silent.awaitClosed();
  }
}

TEST_P(SocketStreamsTest, ADamagedBlockIsOneErrorAndNothingElse) {
  LineServer server;
  make();
  const DStream<std::string> words = raw(server);
  note(words);
  words.filter([](const std::string&) { return false; }).foreachRDD([](const RDD<std::string>& rdd) {
    rdd.count();
  });
  ssc().start();
  std::string damaged = rawBlock<std::string>({"two", "lost"});
  damaged[9] = 100;  // the length of "lost"
  Peer peer = server.accept();
  peer.send(rawBlock<std::string>({"one"}) + damaged + rawBlock<std::string>({"three", "four"}));
  EXPECT_EQ(await(4), (Words{"one", "two", "three", "four"}));
  program->nextBatch();
  EXPECT_FALSE(ssc().awaitTerminationOrTimeout(0));
  const Words said = log.all();
  EXPECT_EQ(
      std::ranges::count_if(said, [](auto& line) { return line.find("is damaged") != std::string::npos; }), 1)
      << testing::PrintToString(said);
}

TEST_P(SocketStreamsTest, AGracefulStopEndsAConverterThatWaitsAndLosesNothing) {
  LineServer first, second;
  make({{"spark.streaming.gracefulStopTimeout", "30s"}});
  note(texts(first));
  note(raw(second));
  ssc().start();
  Peer peer = first.accept(), other = second.accept();
  peer.send(textsOf({"one", "two"}) + '\4' + "ha");
  other.send(rawBlock<std::string>({"three"}) + std::string("\0\0", 2));
  await(3);
  peer.send("l");
  ssc().stop(true, true);
  EXPECT_EQ(sorted(program->done.all()), (Words{"one", "three", "two"}));
  EXPECT_EQ(ssc().getState(), StreamingContextState::STOPPED);
  peer.awaitClosed();
  other.awaitClosed();
  for (const std::string& line : log.all()) EXPECT_EQ(line.find("cut short"), std::string::npos) << line;
}

INSTANTIATE_TEST_SUITE_P(Modes, SocketStreamsTest, testing::Values("micro-batch", "continuous"),
                         [](const auto& mode) {
                           return std::string(mode.param) == "continuous" ? "Continuous" : "MicroBatch";
                         });

TEST(SocketStreams, RefuseAPeerThatCannotBe) {
  SmallProgram program;
  StreamingContext& ssc = program.ssc;
  EXPECT_EQ(test::failureOf<IllegalArgument>([&] { ssc.socketTextStream("", 80); }),
            "socketTextStream: the host is empty; name the server to read from");
  EXPECT_EQ(test::failureOf<IllegalArgument>([&] { ssc.socketStream("here", 0, counted); }),
            "socketStream: port 0 is not in 1..65535");
  EXPECT_EQ(test::failureOf<IllegalArgument>([&] { ssc.rawSocketStream<int>("here", 65536); }),
            "rawSocketStream: port 65536 is not in 1..65535");
}

/// The record type may be named where the converter gives what converts to it.
TEST(SocketStreams, TheRecordTypeMayBeNamed) {
  SmallProgram program;
  const DStream<std::string> named = program.ssc.socketStream<std::string>(
      "127.0.0.1", 9, [](std::istream&) -> std::optional<const char*> { return std::nullopt; });
  const DStream<int> deduced =
      program.ssc.socketStream("127.0.0.1", 9, [](std::istream&) { return std::optional(1); });
  EXPECT_EQ(named.node()->graph(), deduced.node()->graph());
}

}  // namespace
}  // namespace millrace
