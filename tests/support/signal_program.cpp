// What signal_test runs and sends signals to: signal_program [options] receive|load|slow|failing|stuck|outside
#include <millrace/millrace.hpp>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace millrace;

namespace {

/// Prints a line at once.
void say(const std::string& line) { std::cout << line + "\n" << std::flush; }

/// Returns once main waits in awaitTermination, so that a signal is not too early.
void awaitWatch() {
  struct sigaction action = {};
  do {
    std::this_thread::yield();
    sigaction(SIGTERM, nullptr, &action);
  } while (action.sa_handler == SIG_DFL);
}

/// Receives the lines of stdin.
class Lines : public Receiver<std::string> {
 public:
  Lines() : Receiver(StorageLevel::MEMORY_ONLY) {}
  void onStart() override {
    std::thread([this] {
      for (std::string line; line != "last" && std::getline(std::cin, line);) store(line);
      awaitWatch();
      say("received");
    }).detach();
  }
  void onStop() override {}
};

/// All that it receives goes into one batch, which only a graceful stop makes before its time.
int receive(const SparkConf& conf) {
  StreamingContext ssc(conf, Minutes(60));
  ssc.receiverStream(std::make_unique<Lines>()).foreachRDD([](const RDD<std::string>& lines) {
    for (const std::string& line : lines.collect()) say("processed " + line);
  });
  ssc.start();
  ssc.awaitTermination();
  say("ended");
  return 0;
}

/// Receives lines of stdin until it is stopped, and says of each when it has been accepted.
class Load : public Receiver<std::string> {
 public:
  Load() : Receiver(StorageLevel::MEMORY_ONLY) {}
  void onStart() override {
    reading_ = std::jthread([this](const std::stop_token& stop) {
      awaitWatch();
      try {
        read(stop);
      } catch (const SparkException&) {
        say("refused");
      }
    });
  }
  void onStop() override { reading_ = {}; }

 private:
  void read(const std::stop_token& stop) {
    std::string text;
    std::array<char, 4096> room;
    while (!stop.stop_requested()) {
      pollfd input{STDIN_FILENO, POLLIN, 0};
      if (::poll(&input, 1, 20) <= 0) continue;
      const ssize_t size = ::read(STDIN_FILENO, room.data(), room.size());
      if (size <= 0) return;
      text.append(room.data(), static_cast<std::size_t>(size));
      for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
        store(text.substr(0, end));
        say("accepted " + text.substr(0, end));
      }
    }
  }

  std::jthread reading_;
};

std::atomic<bool> mayEnd = false;

/// Short batches of what comes; the first one that has lines ends by what `first` does.
int underLoad(const SparkConf& conf, std::function<void()> first) {
  StreamingContext ssc(conf, Milliseconds(20));
  ssc.receiverStream(std::make_unique<Load>())
      .foreachRDD(
          [first = std::move(first), begun = std::make_shared<bool>(false)](const RDD<std::string>& rdd) {
            const std::vector<std::string> lines = rdd.collect();
            if (!lines.empty() && !std::exchange(*begun, true)) first();
            for (const std::string& line : lines) say("processed " + line);
          });
  ssc.start();
  ssc.awaitTermination();
  say("ended");
  return 0;
}

/// Until SIGUSR1 comes.
void awaitLeave() {
  std::signal(SIGUSR1, [](int) { mayEnd = true; });
  say("slow");
  while (!mayEnd) std::this_thread::yield();
}

int stuck(const SparkConf& conf) {
  StreamingContext ssc(conf, Milliseconds(20));
  ssc.queueStream(RDDQueue<int>()).foreachRDD([](const RDD<int>&) {
    awaitWatch();
    say("stuck");
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable().wait(lock, [] { return false; });
  });
  ssc.start();
  ssc.awaitTermination();
  say("ended");
  return 0;
}

/// Nobody waits for the context any more when a signal comes.
int outside(const SparkConf& conf) {
  StreamingContext ssc(conf, Minutes(60));
  ssc.queueStream(RDDQueue<int>()).print();
  ssc.start();
  ssc.awaitTerminationOrTimeout(1);
  say("outside");
  std::string line;
  std::getline(std::cin, line);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  SparkConf conf = SparkConf::fromCommandLine(argc, argv);
  const std::string way = argc == 2 ? argv[1] : "";
  if (way == "receive") return receive(conf);
  if (way == "load") return underLoad(conf, [] {});
  if (way == "slow") return underLoad(conf, awaitLeave);
  if (way == "failing") {
    return underLoad(conf, [] {
      awaitLeave();
      throw std::runtime_error("the first batch fails");
    });
  }
  if (way == "stuck") return stuck(conf);
  if (way == "outside") return outside(conf);
  say("usage: signal_program [options] receive|load|slow|failing|stuck|outside");
  return 3;
} catch (const std::exception& error) {
  say(error.what());
  return 4;
}
