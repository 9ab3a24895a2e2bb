#pragma once

#include <millrace/base/clock.hpp>

#include "io/received.hpp"
#include "support/line_server.hpp"

#include <string_view>
#include <thread>

namespace millrace::test {

/// Sends a text to whoever connects, one after the other, until `isRead`. A receiver that leaves silent peers may have left
/// one before the test comes with its text, however long it waits. Time passes, so that the receiver connects again.
template <class IsRead>
Peer sendUntilRead(LineServer& server, ManualClock& clock, const Received& received, std::string_view text,
                   IsRead isRead) {
  const auto pass = [&] {
    clock.advance(200);
    std::this_thread::yield();
  };
  for (;;) {
    while (!server.hasCaller()) pass();
    Peer peer = server.accept();
    peer.send(text);
    const std::size_t whenLeft = 2 * server.accepted();  // each connection is started and stopped
    while (!isRead() && received.events().size() < whenLeft) pass();
    if (isRead()) return peer;
  }
}

}  // namespace millrace::test
