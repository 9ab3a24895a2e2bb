#include <millrace/io/socket_text_receiver.hpp>

#include <millrace/base/error.hpp>
#include <millrace/io/receiver_supervisor.hpp>

#include "io/received.hpp"
#include "io/send_until_read.hpp"
#include "support/captured_log.hpp"
#include "support/line_server.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using namespace std::chrono_literals;
using test::LineServer;
using test::Peer;
using Lines = std::vector<std::string>;

/// A socket receiver that reads from `server`, on a clock moved by hand.
struct Reading {
  test::CapturedLog log;
  LineServer server;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  test::Received received;
  SocketTextReceiver* receiver = nullptr;
  std::optional<ReceiverSupervisor> supervisor;
  std::jthread thread;

  void start(ReceiverOptions options = {}, const std::string& host = "127.0.0.1",
             std::size_t lineLimit = kDefaultLineLimit, std::int64_t idleTimeout = 0) {
    auto made = std::make_unique<SocketTextReceiver>(SocketPeer{host, server.port(), idleTimeout},
                                                     StorageLevel::MEMORY_ONLY, lineLimit);
    receiver = made.get();
    supervisor.emplace(0, std::move(made), clock, options, received, received);
    thread = std::jthread([this](std::stop_token stop) { supervisor->run(stop); });
    received.awaitEvents(1);
  }

  /// Moves time on, block interval by block interval, until that many lines have come.
  void awaitLines(std::size_t count) {
    auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!received.hasRecords(count)) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "have " << lines().size() << " of " << count;
      clock->advance(200);
    }
  }
  /// Waits until the receiver waits for `delay`, and lets that pass.
  void passDelay(std::int64_t delay) {
    ASSERT_TRUE(clock->awaitWaiter(clock->now() + delay, 30s));
    clock->advance(delay);
  }
  Lines lines() const {
    auto views = received.records<std::string_view>();
    return {views.begin(), views.end()};
  }
  void stop() {
    thread.request_stop();
    thread.join();
  }
};

TEST(SocketTextReceiver, LinesArriveInOrder) {
  Reading test;
  test.start();
  Peer peer = test.server.accept();
  peer.send("one\ntwo\r\nthr");
  test.awaitLines(2);
  peer.send("ee\n\nfive\n");
  test.awaitLines(5);
  EXPECT_EQ(test.lines(), (Lines{"one", "two", "three", "", "five"}));
  test.stop();
  peer.awaitClosed();
}

TEST(SocketTextReceiver, LiveItStoresWhatTheRateLimitHeldBackWithoutBeingAsked) {
  Reading test;
  test.start({.blockInterval = 1, .maxRate = 1000, .live = true});
  Peer peer = test.server.accept();
  peer.send("one\ntwo\nthree\nfour\n");
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!test.received.hasRecords(4)) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    test.clock->advance(1);
  }
  EXPECT_EQ(test.lines(), (Lines{"one", "two", "three", "four"}));
  EXPECT_GT(test.received.blocks().size(), 1U);
  test.stop();
}

TEST(SocketTextReceiver, StopKeepsAllLinesThatHaveBeenRead) {
  Reading test;
  test.start();
  Peer peer = test.server.accept();
  peer.send("one\ntwo\nhal");
  while (test.receiver->counts().lines < 2) std::this_thread::yield();
  test.stop();
  EXPECT_EQ(test.lines(), (Lines{"one", "two"})) << "though no block interval has passed";
}

TEST(SocketTextReceiver, ACleanEndGivesTheLastLineAndRestarts) {
  Reading test;
  test.start();
  test.server.accept().send("one\nlast");
  test.passDelay(2000);
  EXPECT_EQ(test.lines(), (Lines{"one", "last"}));
  Peer again = test.server.accept();
  again.send("after\n");
  test.awaitLines(3);
  EXPECT_EQ(test.lines(), (Lines{"one", "last", "after"}));
  EXPECT_EQ(test.receiver->counts().cutShort, 0u);
  EXPECT_NE(test.received.events()[1].find("closed the connection"), std::string::npos);
}

TEST(SocketTextReceiver, AResetDropsAHalfLineAndCountsIt) {
  Reading test;
  test.start();
  Peer peer = test.server.accept();
  peer.send("one\nha");
  test.awaitLines(1);
  peer.send("lf");
  peer.reset();
  test.passDelay(2000);
  Peer again = test.server.accept();
  again.send("two\n");
  test.awaitLines(2);
  EXPECT_EQ(test.lines(), (Lines{"one", "two"}));
  EXPECT_EQ(test.receiver->counts().cutShort, 1u);
  auto lines = test.log.lines();
  EXPECT_TRUE(
      std::ranges::any_of(lines, [](auto& line) { return line.find("lines cut short by the end") == 0; }));
}

TEST(SocketTextReceiver, TriesAgainAtGrowingDistancesAndSaysItOncePerMinute) {
  Reading test;
  test.server.refuse();
  test.start();
  for (std::int64_t delay : {2000, 4000, 8000, 10'000, 10'000, 10'000, 10'000}) test.passDelay(delay);
  EXPECT_TRUE(test.clock->awaitWaiter(test.clock->now() + 10'000, 30s));
  auto said = [&] {
    auto lines = test.log.lines();
    return std::ranges::count_if(
        lines, [](auto& line) { return line.find("Connection refused") != std::string::npos; });
  };
  EXPECT_EQ(said(), 1) << "in 54 s";
  test.server.listen();
  test.clock->advance(10'000);
  Peer peer = test.server.accept();
  peer.send("one\n");
  test.awaitLines(1);
  peer.reset();
  test.passDelay(2000);
  EXPECT_TRUE(test.server.accept().socket() > 0) << "the distance is short again";
}

TEST(SocketTextReceiver, AnUnknownHostIsNamedAndTriedAgain) {
  Reading test;
  test.start({}, std::string(70, 'x') + ".invalid");
  test.passDelay(2000);
  test.passDelay(4000);
  EXPECT_EQ(test.received.events()[1].find("stopped: Unknown host xxx"), 0u) << test.received.events()[1];
}

TEST(SocketTextReceiver, AHostIsFoundByName) {
  Reading test;
  test.start({}, "localhost");
  test.server.accept().send("one\n");
  test.awaitLines(1);
  EXPECT_EQ(test.lines(), Lines{"one"});
}

TEST(SocketTextReceiver, StopWakesItWhereverItWaits) {
  {
    Reading connecting;
    connecting.start({}, std::string(70, 'x') + ".invalid");
    connecting.stop();
  }
  {
    Reading silent;
    silent.start();
    Peer peer = silent.server.accept();
    silent.stop();
    peer.awaitClosed();
  }
  {
    Reading waiting;
    waiting.server.refuse();
    waiting.start();
    ASSERT_TRUE(waiting.clock->awaitWaiter(2000, 30s));
    waiting.stop();
  }
}

/// The descriptor, in this process, of the socket that is connected to `port`; -1 if there is none.
int socketConnectedTo(int port) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int socket = std::stoi(entry.path().filename().string());
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &length) == 0 && ntohs(peer.sin_port) == port)
      return socket;
  }
  return -1;
}

TEST(SocketTextReceiver, APeerThatIsGoneWithoutAWordIsNoticed) {
  Reading test;
  test.start();
  Peer peer = test.server.accept();
  peer.send("one\n");
  test.awaitLines(1);
  const int socket = socketConnectedTo(test.server.port());
  ASSERT_GE(socket, 0);
  auto option = [&](int level, int name) {
    int value = 0;
    socklen_t length = sizeof value;
    EXPECT_EQ(getsockopt(socket, level, name, &value, &length), 0);
    return value;
  };
  EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_LE(option(IPPROTO_TCP, TCP_KEEPIDLE) +
                option(IPPROTO_TCP, TCP_KEEPCNT) * option(IPPROTO_TCP, TCP_KEEPINTVL),
            25)
      << "seconds";
}

TEST(SocketTextReceiver, APeerThatSaysNothingIsLeftAndAskedAnewIfThereIsALimit) {
  for (bool live : {false, true}) {
    Reading test;
    test.start({.live = live}, "127.0.0.1", kDefaultLineLimit, 20);
    auto sendUntil = [&](std::uint64_t lines, std::string_view text) {
      return test::sendUntilRead(test.server, *test.clock, test.received, text,
                                 [&] { return test.receiver->counts().lines >= lines; });
    };
    Peer silent = sendUntil(1, "one\nhal");
    const std::size_t left = 2 * test.server.accepted();
    test.received.awaitEvents(left);
    EXPECT_EQ(test.received.events()[left - 1],
              "stopped: Nothing came from 127.0.0.1:" + std::to_string(test.server.port()) +
                  " for 20 ms (spark.streaming.receiver.idleTimeout)");
    EXPECT_EQ(silent.receive(1), "") << "it has been closed";
    sendUntil(2, "two\n");
    test.awaitLines(2);
    EXPECT_EQ(test.lines(), (Lines{"one", "two"}));
    EXPECT_EQ(test.receiver->counts().cutShort, 1u);
  }
}

TEST(SocketTextReceiver, AReceiverThatHasEnoughDoesNotCallItsPeerSilent) {
  for (bool hasEnough = false; !hasEnough;) {
    Reading test;
    test.start({.maxRate = 10}, "127.0.0.1", kDefaultLineLimit, 30);
    Peer peer = test.server.accept();
    peer.sendSome("1\n2\n3\n");
    hasEnough = [&] {
      while (test.receiver->counts().lines < 3) {
        if (test.received.events().size() > 1) return false;  // this test came too late with its lines
        std::this_thread::yield();
      }
      return true;
    }();
    if (!hasEnough) continue;
    Reading silent;
    silent.start({}, "127.0.0.1", kDefaultLineLimit, 30);
    silent.received.awaitEvents(2);  // so a limit that begins now is over
    EXPECT_EQ(test.received.events(), std::vector<std::string>{"started"});
  }
}

TEST(SocketTextReceiver, WhileBlocksAreNotTakenItStopsReading) {
  Reading test;
  test.start();
  Peer peer = test.server.accept();
  test.received.setFull(true);
  peer.send("0\n");
  while (test.received.offered() == 0) test.clock->advance(200);
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += std::string(99, 'x').append("\n");
  std::size_t sent = 0, taken = 0;
  do {
    taken = peer.sendSome(std::string_view(text).substr(sent % text.size()));
    sent += taken;
    ASSERT_LT(sent, std::size_t{64} << 20) << "the sender was not slowed down";
  } while (taken > 0);
  test.received.setFull(false);
  peer.send(std::string_view(text).substr(sent % text.size()));
  sent += text.size() - sent % text.size();
  test.awaitLines(1 + sent / 100);
  EXPECT_EQ(test.lines().size(), 1 + sent / 100);
}

TEST(SocketTextReceiver, KeepsToTheRateLimitAlsoAtTheEnd) {
  Reading test;
  test.start({.maxRate = 10});
  {
    Peer peer = test.server.accept();
    std::string text;
    for (int i = 0; i < 30; ++i) text += std::to_string(i) + "\n";
    peer.send(text);
    while (test.receiver->counts().lines < 30) std::this_thread::yield();
  }
  while (test.received.events().size() < 2) {
    test.clock->advance(200);
    test.received.hasRecords(31);
  }
  EXPECT_EQ(test.lines().size(), 30u) << "it restarts when all lines are through";
  for (const BlockPtr& block : test.received.blocks()) {
    EXPECT_LE(block->records(), 3u) << "10 a second, 5 blocks a second";
  }
}

TEST(SocketTextReceiver, PassesOverTooLongLinesAndSaysSo) {
  Reading test;
  test.start({}, "127.0.0.1", 1000);
  Peer peer = test.server.accept();
  peer.send("before\n" + std::string(5000, 'x') + "\nafter\n");
  test.awaitLines(2);
  EXPECT_EQ(test.lines(), (Lines{"before", "after"}));
  EXPECT_EQ(test.receiver->counts().tooLong, 1u);
  auto lines = test.log.lines();
  EXPECT_TRUE(
      std::ranges::any_of(lines, [](auto& line) { return line.find("lines longer than the limit") == 0; }));
}

TEST(SocketTextReceiver, APeerThatComesAndGoesLeavesNothingBehind) {
  auto count = [](const char* what) {
    return std::distance(std::filesystem::directory_iterator(what), std::filesystem::directory_iterator());
  };
  Reading test;
  test.start({.restartDelay = 500});
  auto files = count("/proc/self/fd");
  auto threads = count("/proc/self/task");
  for (std::size_t i = 0; i < 100; ++i) {
    Peer peer = test.server.accept();
    peer.send(std::to_string(i) + "\n");
    if (i % 2 == 0) peer.reset();
    peer.close();
    test.received.awaitEvents(2 * i + 2);
    test.passDelay(500);
  }
  Peer last = test.server.accept();
  EXPECT_LT(count("/proc/self/fd"), files + 50);
  EXPECT_LT(count("/proc/self/task"), threads + 50);
}

TEST(SocketTextReceiver, RefusesAnAddressThatCannotWork) {
  auto make = [](const std::string& host, int port) {
    SocketTextReceiver({.host = host, .port = port}, StorageLevel::MEMORY_ONLY);
  };
  EXPECT_THROW(make("", 80), IllegalArgument);
  EXPECT_THROW(make("localhost", 0), IllegalArgument);
  EXPECT_THROW(make("localhost", 65536), IllegalArgument);
}

}  // namespace
}  // namespace millrace::core
