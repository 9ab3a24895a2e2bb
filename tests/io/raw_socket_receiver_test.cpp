#include <millrace/io/raw_socket_receiver.hpp>

#include <millrace/io/receiver_supervisor.hpp>

#include "io/received.hpp"
#include "io/send_until_read.hpp"
#include "support/captured_log.hpp"
#include "support/line_server.hpp"
#include "support/raw_blocks.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using namespace std::chrono_literals;
using test::framed;
using test::LineServer;
using test::Peer;
using test::rawBlock;
using Words = std::vector<std::string>;

struct ReadingRaw {
  test::CapturedLog log;
  LineServer server;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  test::Received received;
  std::optional<ReceiverSupervisor> supervisor;
  std::jthread thread;

  explicit ReadingRaw(std::int64_t idleTimeout = 0) {
    supervisor.emplace(
        0,
        std::make_unique<RawSocketReceiver>(SocketPeer{"127.0.0.1", server.port(), idleTimeout},
                                            serializedBlock<std::string>, StorageLevel::MEMORY_ONLY),
        clock, ReceiverOptions{}, received, received);
    thread = std::jthread([this](std::stop_token stop) { supervisor->run(stop); });
  }
  Words await(std::size_t blocks) {
    received.awaitBlocks(blocks);
    return received.records<std::string>();
  }
  /// Why it restarts, as the listeners hear it; and lets it.
  std::string awaitRestart() {
    const std::size_t before = seen;
    seen += 2;
    received.awaitEvents(before + 2);
    EXPECT_TRUE(clock->awaitWaiter(clock->now() + 2000, 30s));
    clock->advance(2000);
    return received.events()[before + 1];
  }
  std::string failure(const std::string& reason) const {
    return "stopped: Reading from 127.0.0.1:" + std::to_string(server.port()) + " failed: " + reason;
  }
  std::size_t seen = 0;
};

TEST(RawSocketReceiver, StoresBlocksAsTheyCome) {
  ReadingRaw test;
  Peer peer = test.server.accept();
  const std::string first = rawBlock<std::string>({"one", "two"}), second = rawBlock<std::string>({"three"});
  peer.send(first + second.substr(0, 3));
  EXPECT_EQ(test.await(1), (Words{"one", "two"}));
  peer.send(second.substr(3, 4));
  peer.send(second.substr(7));
  EXPECT_EQ(test.await(2), (Words{"one", "two", "three"}));
  peer.send(framed("") + rawBlock<std::string>({"four"}));
  EXPECT_EQ(test.await(3), (Words{"one", "two", "three", "four"})) << "a block of no bytes is passed over";
  EXPECT_EQ(test.received.events(), Words{"started"});
  EXPECT_EQ(test.received.blocks()[0]->records(), 2u);
  test.thread.request_stop();
  test.thread.join();
  peer.awaitClosed();
}

TEST(RawSocketReceiver, ABlockMayBeLarge) {
  ReadingRaw test;
  const std::string large((std::size_t{1} << 20) + 17, 'x');
  test.server.accept().send(rawBlock<std::string>({large, "small"}));
  EXPECT_TRUE(test.await(1) == (Words{large, "small"}));
}

TEST(RawSocketReceiver, ALengthThatCannotBeIsAnErrorAndARestart) {
  ReadingRaw test;
  const std::string tail = ", and 0 to 67108864 bytes are allowed: is this a sender of blocks?";
  test.server.accept().send(rawBlock<std::string>({"one"}) + "\xff\xff\xff\xfe");
  EXPECT_EQ(test.awaitRestart(), test.failure("a block has the length -2" + tail));
  test.server.accept().send(std::string("\x04\x00\x00\x01", 4));
  EXPECT_EQ(test.awaitRestart(), test.failure("a block has the length 67108865" + tail));
  test.server.accept().send("GET / HTTP/1.1\r\n");
  EXPECT_EQ(test.awaitRestart(), test.failure("a block has the length 1195725856" + tail));
  test.server.accept().send(rawBlock<std::string>({"two"}));
  EXPECT_EQ(test.await(2), (Words{"one", "two"}));
}

TEST(RawSocketReceiver, AnEndInsideOfABlockIsAnErrorAndARestart) {
  ReadingRaw test;
  const std::string block = rawBlock<std::string>({"three"});
  test.server.accept().send(rawBlock<std::string>({"one"}) + block.substr(0, 2));
  EXPECT_EQ(test.awaitRestart(), test.failure("the connection ended after 2 of the 4 bytes of a length"));
  test.server.accept().send(block.substr(0, 4));
  EXPECT_EQ(test.awaitRestart(), test.failure("the connection ended behind a length"));
  test.server.accept().send(block.substr(0, 6));
  EXPECT_EQ(test.awaitRestart(), test.failure("the connection ended after 2 of the 7 bytes of a block"));
  test.server.accept().send(rawBlock<std::string>({"two"}));
  EXPECT_EQ(test.awaitRestart(),
            "stopped: 127.0.0.1:" + std::to_string(test.server.port()) + " closed the connection");
  EXPECT_EQ(test.await(2), (Words{"one", "two"}));
}

TEST(RawSocketReceiver, ABlockThatHoldsNoRecordsIsReportedAndLeftOut) {
  ReadingRaw test;
  Peer peer = test.server.accept();
  peer.send(rawBlock<std::string>({"one"}) +
            framed("\x7f"
                   "abc") +
            rawBlock<std::string>({"two"}));
  EXPECT_EQ(test.await(2), (Words{"one", "two"}));
  ASSERT_EQ(test.received.events().size(), 2u);
  EXPECT_EQ(test.received.events()[1].find(
                "error: A block of 4 bytes from 127.0.0.1:" + std::to_string(test.server.port()) +
                " holds no records and is left out ("),
            0u)
      << test.received.events()[1];
}

TEST(RawSocketReceiver, APeerThatSaysNothingIsLeftAndAskedAnew) {
  ReadingRaw test(20);
  Peer silent = test.server.accept();
  EXPECT_EQ(test.awaitRestart(),
            "stopped: Nothing came from 127.0.0.1:" + std::to_string(test.server.port()) +
                " for 20 ms (spark.streaming.receiver.idleTimeout)");
  silent.awaitClosed();
  test::sendUntilRead(test.server, *test.clock, test.received, rawBlock<std::string>({"one"}),
                      [&] { return !test.received.blocks().empty(); });
  EXPECT_EQ(test.await(1), Words{"one"});
}

}  // namespace
}  // namespace millrace::core
