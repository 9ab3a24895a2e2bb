#include "sources/half_open.hpp"

#include "io/loopback.hpp"

#include <millrace/millrace.hpp>

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iostream>
#include <memory>
#include <string_view>
#include <system_error>
#include <thread>

namespace millrace::bench {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// A network that this thread and those that it makes have for themselves, with nothing but a loopback device.
bool enterOwnNetwork() { return unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0; }

void setLoopback(bool up) {
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq device{};
  std::strcpy(device.ifr_name, "lo");
  device.ifr_flags = up ? IFF_UP : 0;
  const int result = ioctl(any, SIOCSIFFLAGS, &device);
  const int reason = errno;
  close(any);
  if (result != 0) throw std::system_error(reason, std::generic_category(), "setting the loopback device");
}

/// When a receiver was last stopped.
class Stops final : public StreamingListener {
 public:
  void onReceiverStopped(const ReceiverInfo&) override { last_ = Clock::now(); }
  Clock::time_point last() const { return last_; }

 private:
  std::atomic<Clock::time_point> last_ = Clock::time_point();
};

template <class Condition>
bool await(Condition condition, std::chrono::seconds patience) {
  const auto end = Clock::now() + patience;
  while (!condition() && Clock::now() < end) std::this_thread::sleep_for(10ms);
  return condition();
}

/// Whether a receiver with this idle limit notices within `most`, and reads on.
bool isNoticed(const std::string& mode, const std::string& idleTimeout, std::chrono::seconds most) {
  Loopback server;
  std::atomic<int> lines = 0;
  SparkConf conf;
  conf.set("spark.streaming.mode", mode);
  conf.set("spark.streaming.receiverRestartDelay", "100ms");
  conf.set("spark.streaming.receiver.idleTimeout", idleTimeout);
  StreamingContext ssc(conf, Milliseconds(200));
  auto stops = std::make_shared<Stops>();
  ssc.addStreamingListener(stops);
  ssc.socketTextStream("127.0.0.1", server.port()).foreach ([&](std::string_view) { ++lines; });
  ssc.start();
  server.accept();
  server.send("before\n");
  const bool began = await([&] { return lines == 1; }, 10s);
  setLoopback(false);
  const auto down = Clock::now();
  const bool noticed = await([&] { return stops->last() > down; }, most + 10s);
  const Seconds after = stops->last() - down;
  setLoopback(true);
  bool readsOn = false;
  if (began && noticed) {
    server.accept();
    server.send("after\n");
    readsOn = await([&] { return lines == 2; }, 10s);
  }
  ssc.stop(true, false);
  const bool inTime = noticed && after <= most;
  std::cout << (noticed ? "noticed after " + std::to_string(after.count()) + " s" : "NOT NOTICED")
            << (inTime || !noticed ? "" : ": TOO LATE") << (readsOn ? "" : ", DID NOT READ ON");
  return inTime && readsOn;
}

}  // namespace

bool halfOpen(const std::string& mode) {
  std::cout << "half-open peer, " << mode << std::endl;
  if (!enterOwnNetwork()) {
    std::cout << "  not tried: the system grants no network namespace" << std::endl;
    return true;
  }
  setLoopback(true);
  std::cout << "  keep-alive: " << std::flush;
  const bool byKeepAlive = isNoticed(mode, "0", 30s);
  std::cout << "; idle limit of 3 s: " << std::flush;
  const bool byIdleLimit = isNoticed(mode, "3s", 6s);
  std::cout << std::endl;
  return byKeepAlive && byIdleLimit;
}

}  // namespace millrace::bench
