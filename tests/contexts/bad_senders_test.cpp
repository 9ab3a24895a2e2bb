#include <millrace/contexts/streaming_context.hpp>

#include "contexts/inputs.hpp"
#include "contexts/observed.hpp"
#include "support/allocated.hpp"
#include "support/line_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
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
using test::SmallProgram;
using Words = std::vector<std::string>;

/// Socket streams of peers that send what they should not, beside one that does not.
class BadSendersTest : public testing::TestWithParam<const char*> {
 protected:
  BadSendersTest()
      : program({{"spark.streaming.mode", GetParam()}, {"spark.streaming.receiver.maxLineBytes", "1000"}}) {}

  /// A stream of lines from a server of the test, which are written down behind this name.
  void add(const std::string& name, const LineServer& server) {
    program.ssc.socketTextStream("127.0.0.1", server.port())
        .foreachRDD([this, name](const RDD<std::string_view>& rdd) {
          for (const std::string& line : rdd.collect()) program.done.add(name + " " + line);
        });
  }
  Words await(std::size_t count) {
    const auto deadline = test::soon();
    while (program.done.all().size() < count) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("30 s have passed");
      program.nextBatch();
    }
    Words all = program.done.all();
    std::ranges::stable_sort(all, {}, [](const std::string& line) { return line.substr(0, line.find(' ')); });
    return all;
  }
  static void send(Peer& peer, std::size_t pieces) {
    const std::string piece(std::size_t{1} << 20, 'x');
    for (std::size_t i = 0; i < pieces; ++i) peer.send(piece);
  }

  test::ObservedLog log;
  SmallProgram program;
};

TEST_P(BadSendersTest, HarmNobodyElseAndTakeNoMemory) {
  LineServer servers[5];
  const char* const names[] = {"endless", "garbled", "good", "half", "long"};
  for (std::size_t i = 0; i < 5; ++i) add(names[i], servers[i]);
  program.ssc.start();
  Peer endless = servers[0].accept(), garbled = servers[1].accept(), good = servers[2].accept(),
       half = servers[3].accept(), longOne = servers[4].accept();
  for (Peer* peer : {&endless, &garbled, &good, &longOne}) peer->send("0\n");
  half.send("0\nhal");
  await(5);
  const std::size_t before = test::allocatedBytes();
  good.send("1\n");
  garbled.send("\xff\xfe 1\n");
  send(endless, 16);
  send(longOne, 16);
  half.reset();
  good.send("2\n");
  longOne.send("\n1\n");
  garbled.send(std::string("a\0b\n", 4));
  EXPECT_EQ(await(10), (Words{"endless 0", "garbled 0", "garbled \xff\xfe 1", std::string("garbled a\0b", 11),
                              "good 0", "good 1", "good 2", "half 0", "long 0", "long 1"}));
  EXPECT_LE(test::allocatedBytes(), before + (std::size_t{4} << 20)) << "of 32 MiB that were no lines";
  EXPECT_FALSE(program.ssc.awaitTerminationOrTimeout(0));
  log.awaitLine("lines longer than the limit were passed over");
  log.awaitLine("lines that are not UTF-8 were kept as they are");
  log.awaitLine("lines cut short by the end of a connection were dropped");
}

INSTANTIATE_TEST_SUITE_P(Modes, BadSendersTest, testing::Values("micro-batch", "continuous"),
                         [](const auto& mode) {
                           return std::string(mode.param) == "continuous" ? "Continuous" : "MicroBatch";
                         });

}  // namespace
}  // namespace millrace
