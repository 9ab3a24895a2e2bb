#include "spark_parity/parity.hpp"

#include <millrace/base/error.hpp>
#include <support/line_server.hpp>

#include <chrono>
#include <memory>
#include <set>

namespace millrace::parity {

namespace {

using Json = boost::json::value;
using Times = std::vector<std::int64_t>;

template <class T>
std::set<std::int64_t> kept(const DStream<T>& stream) {
  std::set<std::int64_t> times;
  for (Time time : stream.node()->rememberedTimes()) times.insert(time.milliseconds());
  return times;
}

template <class T>
void expectKept(const DStream<T>& stream, const Json& row, const char* name) {
  SCOPED_TRACE(name);
  EXPECT_EQ(stream.node()->rememberDuration(),
            Milliseconds(fromJson<std::int64_t>(row.at("remember_ms").at(name))));
  for (auto time : fromJson<Times>(row.at("kept").at(name))) EXPECT_TRUE(kept(stream).contains(time)) << time;
  for (auto time : fromJson<Times>(row.at("gone").at(name)))
    EXPECT_FALSE(kept(stream).contains(time)) << time;
}

std::vector<int> sliced(const DStream<int>& stream, Time from, Time to) {
  std::vector<int> all;
  for (const auto& rdd : stream.slice(from, to)) {
    auto records = rdd.collect();
    all.insert(all.end(), records.begin(), records.end());
  }
  std::ranges::sort(all);
  return all;
}

void slice(const Json& row) {
  test::StreamTest running;
  auto stream = running.source<int>(fromJson<test::Batches<int>>(row.at("in")));
  running.collect(stream);
  running.context().remember(Seconds(10));
  running.start();
  running.advance(4);
  for (const auto& call : row.at("calls").as_array()) {
    EXPECT_EQ(sliced(stream, Time(fromJson<std::int64_t>(call.at("from"))),
                     Time(fromJson<std::int64_t>(call.at("to")))),
              fromJson<std::vector<int>>(call.at("set")));
  }
  running.stop();
}

void sliceBeforeStart(const Json& row) {
  test::StreamTest running;
  auto stream = running.source<int>(fromJson<test::Batches<int>>(row.at("in")));
  try {
    stream.slice(Time(0), Time(1000));
    FAIL();
  } catch (const SparkException& error) {
    EXPECT_NE(std::string(error.what()).find("has not been initialized"), std::string::npos) << error.what();
  }
}

void cleanUpWindows(const Json& row) {
  test::StreamTest running;
  test::Batches<int> in;
  for (int i = 1; i <= 10; ++i) in.push_back(std::vector{i - 1, i});
  auto mapped = running.source<int>(in).map([](int x) { return std::pair(x % 10, 1); });
  auto inner = mapped.window(Seconds(2), Seconds(1));
  auto outer = inner.window(Seconds(4), Seconds(2));
  running.context().remember(Seconds(3));
  auto outputs = running.collect(outer);
  running.start();
  running.advance(10);
  EXPECT_EQ(outputs.times(), (Times{2000, 4000, 6000, 8000, 10000}));
  EXPECT_EQ(running.clock().now(), fromJson<std::int64_t>(row.at("at_clock")));
  expectKept(outer, row, "outer_window");
  expectKept(inner, row, "inner_window");
  expectKept(mapped, row, "mapped");
  running.stop();
}

void windowLevels(const Json&) {
  test::StreamTest running;
  auto input = running.source<int>({});
  auto window = input.window(Seconds(2));
  EXPECT_EQ(window.node()->storageLevel(), StorageLevel::NONE);
  EXPECT_EQ(input.node()->storageLevel(), StorageLevel::MEMORY_ONLY_SER);
  window.persist(StorageLevel::MEMORY_ONLY);
  EXPECT_EQ(window.node()->storageLevel(), StorageLevel::NONE);
  EXPECT_EQ(input.node()->storageLevel(), StorageLevel::MEMORY_ONLY);
}

void cleanUpReceivedBlocks(const Json&) {
  constexpr std::size_t kLines = 6;
  test::LineServer server;
  test::StreamTest running;
  auto lines = running.context().socketTextStream("127.0.0.1", server.port());
  auto mapped = lines.map([](const std::string& line) { return line + "."; }).persist();
  std::vector<RDD<std::string>> seen;
  std::vector<std::string> received;
  mapped.foreachRDD([&](const RDD<std::string>& rdd) {
    for (auto& line : rdd.collect()) received.push_back(line);
    seen.push_back(rdd);
  });
  running.start();
  auto peer = server.accept();
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (std::size_t line = 1; line <= kLines; ++line) {
    peer.send(std::to_string(line) + "\n");
    while (received.size() < line && std::chrono::steady_clock::now() < patience) running.advance();
  }
  EXPECT_EQ(received, (std::vector<std::string>{"1.", "2.", "3.", "4.", "5.", "6."}));

  EXPECT_EQ(seen.back().getStorageLevel(), StorageLevel::MEMORY_ONLY_SER);
  EXPECT_EQ(seen.front().getStorageLevel(), StorageLevel::NONE);
  const Time now(running.clock().now());
  ASSERT_EQ(lines.slice(now, now).size(), 1u);
  EXPECT_EQ(lines.slice(now, now)[0].collect(), (std::vector<std::string>{"6"}))
      << "the latest blocks are there";
  EXPECT_EQ(kept(lines), std::set{now.milliseconds()});
  std::weak_ptr<core::Node> earliest = seen.front().node()->parents()[0];
  seen.clear();
  EXPECT_TRUE(earliest.expired()) << "nobody but the test kept the earliest blocks";
  running.stop();
}

}  // namespace

std::map<std::string, Runner> storageRunners() {
  return {{"A35", slice},
          {"A36", sliceBeforeStart},
          {"A37", cleanUpWindows},
          {"A39", cleanUpReceivedBlocks},
          {"B05", windowLevels}};
}

}  // namespace millrace::parity
