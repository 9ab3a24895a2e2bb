#include <millrace/io/socket_receiver.hpp>

#include <millrace/base/error.hpp>
#include <millrace/io/receiver_supervisor.hpp>

#include "io/received.hpp"
#include "io/send_until_read.hpp"
#include "support/captured_log.hpp"
#include "support/line_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <istream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using namespace std::chrono_literals;
using test::LineServer;
using test::Peer;
using Words = std::vector<std::string>;
using Converter = SocketReceiver<std::string>::Converter;

/// Texts that stand in brackets; anything else is not understood.
std::optional<std::string> bracketed(std::istream& in) {
  char open = 0;
  if (!in.get(open)) return std::nullopt;
  std::string text;
  if (open != '[' || !std::getline(in, text, ']') || in.eof())
    throw std::runtime_error("a text is not closed");
  return text;
}

/// A receiver that reads from `server`, on a clock moved by hand.
struct Converting {
  test::CapturedLog log;
  LineServer server;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  test::Received received;
  std::optional<ReceiverSupervisor> supervisor;
  std::jthread thread;

  void start(Converter converter, std::int64_t idleTimeout = 0, ReceiverOptions options = {}) {
    supervisor.emplace(
        0,
        std::make_unique<SocketReceiver<std::string>>(SocketPeer{"127.0.0.1", server.port(), idleTimeout},
                                                      std::move(converter), StorageLevel::MEMORY_ONLY),
        clock, options, received, received);
    thread = std::jthread([this](std::stop_token stop) { supervisor->run(stop); });
    received.awaitEvents(1);
  }
  Words await(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!received.hasRecords(count)) {
      if (std::chrono::steady_clock::now() > deadline) ADD_FAILURE() << "waiting for " << count;
      if (testing::Test::HasFailure()) break;
      clock->advance(200);
    }
    return received.records<std::string>();
  }
  void passDelay(std::int64_t delay) {
    ASSERT_TRUE(clock->awaitWaiter(clock->now() + delay, 30s));
    clock->advance(delay);
  }
  std::string peer() const { return "127.0.0.1:" + std::to_string(server.port()); }
  void stop() {
    thread.request_stop();
    thread.join();
  }
};

TEST(SocketReceiver, GivesTheRecordsOfTheConverterInOrder) {
  Converting test;
  test.start(bracketed);
  Peer peer = test.server.accept();
  peer.send("[one][t");
  test.await(1);
  peer.send("wo][");
  EXPECT_EQ(test.await(2), (Words{"one", "two"}));
  peer.send("three]");
  EXPECT_EQ(test.await(3), (Words{"one", "two", "three"}));
  test.stop();
  peer.awaitClosed();
}

TEST(SocketReceiver, LiveItHandsRecordsOnAsTheyCome) {
  Converting test;
  test.start(bracketed, 0, {.live = true});
  Peer peer = test.server.accept();
  peer.send("[one]");
  test.received.awaitBlocks(1);
  EXPECT_EQ(test.received.records<std::string>(), Words{"one"});
}

TEST(SocketReceiver, ConnectsAgainAfterTheEndAndReadsWithAFreshCopy) {
  Converting test;
  test.start([first = true](std::istream& in) mutable -> std::optional<std::string> {
    std::string line;
    if (!std::getline(in, line)) return std::nullopt;
    return std::exchange(first, false) ? "first " + line : line;
  });
  test.server.accept().send("a\nb\nlast");
  test.passDelay(2000);
  EXPECT_EQ(test.received.events()[1], "stopped: " + test.peer() + " closed the connection");
  test.server.accept().send("c\n");
  EXPECT_EQ(test.await(4), (Words{"first a", "b", "last", "first c"}));
}

TEST(SocketReceiver, AConverterMayEndTheStreamItself) {
  Converting test;
  test.start([left = 1](std::istream& in) mutable { return left-- > 0 ? bracketed(in) : std::nullopt; });
  Peer peer = test.server.accept();
  peer.send("[one][two]");
  test.passDelay(2000);
  EXPECT_EQ(test.received.events()[1], "stopped: " + test.peer() + " was read to the end of its records");
  EXPECT_EQ(test.await(1), Words{"one"});
}

TEST(SocketReceiver, WhatTheConverterThrowsRestartsIt) {
  for (bool standard : {true, false}) {
    Converting test;
    test.start([standard](std::istream& in) {
      auto text = bracketed(in);
      if (text == "bad" && !standard) throw 1;
      if (text == "bad") throw std::runtime_error("not this one");
      return text;
    });
    Peer peer = test.server.accept();
    peer.send("[good][bad][unread]");
    test.passDelay(2000);
    EXPECT_EQ(test.received.events()[1], "stopped: Reading from " + test.peer() + " failed: " +
                                             (standard ? "not this one" : "an exception of type int"));
    test.server.accept().send("[after]");
    EXPECT_EQ(test.await(2), (Words{"good", "after"}));
  }
}

TEST(SocketReceiver, AResetIsNoEnd) {
  Converting test;
  std::atomic<bool> threw = false;
  test.start([&](std::istream& in) -> std::optional<std::string> {
    std::string line;
    try {
      if (!std::getline(in, line)) return std::nullopt;
    } catch (...) {
      threw = true;
    }
    return line;  // half a line, after a failure that it does not care about
  });
  Peer peer = test.server.accept();
  peer.send("one\nha");
  test.await(1);
  peer.reset();
  test.passDelay(2000);
  EXPECT_EQ(test.received.events()[1],
            "stopped: Reading from " + test.peer() + " failed: Connection reset by peer");
  EXPECT_EQ(test.await(1), Words{"one"});
  EXPECT_TRUE(threw);
}

TEST(SocketReceiver, StopEndsAConverterThatWaitsAndKeepsWhatItGave) {
  Converting test;
  test.start([](std::istream& in) -> std::optional<std::string> {
    std::string line;
    if (!std::getline(in, line)) return std::nullopt;
    return line;
  });
  Peer peer = test.server.accept();
  peer.send("one\ntwo\nha");
  while (test.received.records<std::string>().empty()) {
    test.clock->advance(200);
    test.received.hasRecords(1);
  }
  test.stop();
  peer.awaitClosed();
  EXPECT_EQ(test.received.records<std::string>(), (Words{"one", "two"})) << "and no half line";
}

TEST(SocketReceiver, StopEndsAConverterWhosePeerNeverPauses) {
  Converting test;
  test.start([](std::istream& in) -> std::optional<std::string> {
    std::string large(1 << 17, '\0');
    while (in.read(large.data(), 1 << 17)) continue;
    return std::nullopt;
  });
  Peer peer = test.server.accept();
  std::atomic<bool> over = false;
  std::jthread sender([&] {
    const std::string text(1 << 16, 'x');
    try {
      while (!over) peer.sendSome(text);
    } catch (const std::exception&) {  // it has been closed
    }
  });
  test.stop();
  over = true;
}

TEST(SocketReceiver, APeerThatSaysNothingIsLeftAndAskedAnew) {
  Converting test;
  std::atomic<int> given = 0;
  test.start(
      [&given](std::istream& in) {
        auto text = bracketed(in);
        if (text) ++given;
        return text;
      },
      20);
  auto sendUntil = [&](int records, std::string_view text) {
    return test::sendUntilRead(test.server, *test.clock, test.received, text,
                               [&] { return given >= records; });
  };
  Peer silent = sendUntil(1, "[one][hal");
  const std::size_t left = 2 * test.server.accepted();
  test.received.awaitEvents(left);
  EXPECT_EQ(test.received.events()[left - 1], "stopped: Nothing came from " + test.peer() +
                                                  " for 20 ms (spark.streaming.receiver.idleTimeout)");
  silent.awaitClosed();
  sendUntil(2, "[two]");
  EXPECT_EQ(test.await(2), (Words{"one", "two"}));
}

TEST(SocketReceiver, TriesAgainAtGrowingDistances) {
  Converting test;
  test.server.refuse();
  test.start(bracketed);
  for (std::int64_t delay : {2000, 4000, 8000, 10'000}) test.passDelay(delay);
  ASSERT_TRUE(test.clock->awaitWaiter(test.clock->now() + 10'000, 30s));
  test.server.listen();
  test.clock->advance(10'000);
  Peer peer = test.server.accept();
  peer.send("[one]");
  EXPECT_EQ(test.await(1), Words{"one"});
  test.server.refuse();
  peer.close();
  test.passDelay(2000);
  ASSERT_TRUE(test.clock->awaitWaiter(test.clock->now() + 2000, 30s));
  test.server.listen();
  test.clock->advance(2000);
  EXPECT_TRUE(test.server.accept().socket() > 0) << "the distance is short again";
}

TEST(SocketReceiver, BytesComeWholeWhateverThePiecesAre) {
  std::string sent;
  for (int i = 0; i < 300'000; ++i) sent += static_cast<char>(i * 7 + i / 251);
  for (std::size_t piece : {std::size_t{1}, std::size_t{100}, std::size_t{70'000}, sent.size()}) {
    SCOPED_TRACE(piece);
    Converting test;
    test.start([piece](std::istream& in) -> std::optional<std::string> {
      std::string bytes(piece, '\0');
      in.read(bytes.data(), static_cast<std::streamsize>(piece));
      bytes.resize(static_cast<std::size_t>(in.gcount()));
      if (bytes.empty()) return std::nullopt;
      return bytes;
    });
    Peer peer = test.server.accept();
    peer.send(std::string_view(sent).substr(0, 1000));
    peer.send(std::string_view(sent).substr(1000));
    peer.close();
    std::string came;
    for (const std::string& bytes : test.await((sent.size() + piece - 1) / piece)) came += bytes;
    EXPECT_TRUE(came == sent);
  }
}

}  // namespace
}  // namespace millrace::core
