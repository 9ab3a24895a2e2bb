// What signal_test runs and sends signals to: signal_program [options] receive|stuck|outside
#include <millrace/millrace.hpp>

#include <condition_variable>
#include <csignal>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

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
  if (way == "stuck") return stuck(conf);
  if (way == "outside") return outside(conf);
  say("usage: signal_program [options] receive|stuck|outside");
  return 3;
} catch (const std::exception& error) {
  say(error.what());
  return 4;
}
