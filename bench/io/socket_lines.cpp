#include "benchmarks.hpp"
#include "cores.hpp"
#include "harness.hpp"
#include "io/hand_reader.hpp"
#include "io/line_sender.hpp"
#include "scratch.hpp"

#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include <future>

namespace millrace::bench {

namespace {

constexpr std::int64_t kBytes = std::int64_t{1} << 30;

double millionsPerSecond(std::int64_t lines, LineSender& sender, LineSender::TimePoint end) {
  return static_cast<double>(lines) / std::chrono::duration<double>(end - sender.startedAt()).count() / 1e6;
}

double readByHand(std::int64_t lines, std::size_t lineBytes) {
  HandReader reader;
  LineSender sender(lines, lineBytes);
  reader.use(connectTo(sender.port()));
  std::int64_t read = 0;
  while (read < lines) read += reader.read();
  auto end = std::chrono::steady_clock::now();
  expectEqual("lines read by hand", read, lines);
  return millionsPerSecond(lines, sender, end);
}

/// Until the batch has ended with which all lines were counted, so the batch's delay counts. With a log each block is synced
/// first.
double readByEngine(std::int64_t lines, std::size_t lineBytes, bool logged = false) {
  const Scratch scratch;
  LineSender sender(lines, lineBytes);
  SparkConf conf;
  conf.set("spark.streaming.blockInterval", "50ms");
  if (logged) {
    conf.set("spark.streaming.receiver.writeAheadLog.enable", "true");
    conf.set("spark.streaming.checkpoint.directory", scratch.path());
  }
  SparkContext sparkContext(conf, pinnedEngine(1));
  StreamingContext context(sparkContext, Milliseconds(100));
  std::promise<LineSender::TimePoint> allCounted;
  std::int64_t counted = 0;
  context.socketTextStream("127.0.0.1", sender.port()).foreachRDD([&](const RDD<std::string_view>& batch) {
    if (counted == lines) return;
    counted += batch.count();
    if (counted >= lines) allCounted.set_value(std::chrono::steady_clock::now());
  });
  context.start();
  auto end = allCounted.get_future();
  bool ended = end.wait_for(std::chrono::minutes(1)) == std::future_status::ready;
  context.stop(true, false);
  expectEqual("lines counted by the engine", counted, lines);
  if (!ended) throw WrongAnswer("the engine does not get to the end of the lines");
  return millionsPerSecond(lines, sender, end.get());
}

void compare(Session& session, std::size_t lineBytes) {
  std::int64_t lines = kBytes / static_cast<std::int64_t>(lineBytes);
  Figures figures = session.measure({
      {"hand", [=] { return readByHand(lines, lineBytes); }},
      {"engine", [=] { return readByEngine(lines, lineBytes); }},
      {"logged", [=] { return readByEngine(lines, lineBytes, true); }},
  });
  const std::string name = "socket_lines, " + std::to_string(lineBytes) + " bytes";
  session.report(name, "M lines/s", figures, ratioAtLeast(0.2));
  session.report(name + ", logged beside not", "M lines/s", figures, ratioAtLeast(0.5), "logged", "engine");
}

}  // namespace

void socketLines(Session& session) {
  if (!hasTwoCores()) return;
  compare(session, 66);
  compare(session, 10);
}

}  // namespace millrace::bench
