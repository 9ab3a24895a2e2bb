// What kill_test ends at any moment: counting_program [options] CHECKPOINT OUTPUT LIMIT
//
// Two partitions have the records (key, 0), (key, 1), (key, 2) ... of ten keys, as many of each as LIMIT says, or without end
// for 0. A state keeps for each key how many have come, and the sum of their marks; records go to OUTPUT, a line each. It says
// when it has done something, and "complete" when all records are in the state, or no more come.
#include <millrace/millrace.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

using namespace millrace;

namespace {

using Record = std::pair<int, std::int64_t>;
using Tally = std::pair<std::int64_t, std::int64_t>;  // records, and the sum of their marks

constexpr int kPartitions = 2;
constexpr int kKeysOfPartition = 5;

void say(const std::string& line) { std::cout << line + "\n" << std::flush; }

/// No two sets of records of a key have the same sum of these, but by chance.
std::int64_t markOf(std::int64_t number) {
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(number) + 1) * 0x9E3779B97F4A7C15ULL >> 32);
}

class Numbers final : public SourcePartition<Record> {
 public:
  Numbers(int partition, std::int64_t limit) : partition_(partition), limit_(limit) {}
  void poll(PollRoom<Record>& room) override {
    while (!room.full() && (limit_ == 0 || at_ < limit_ * kKeysOfPartition)) {
      room.add({partition_ + kPartitions * static_cast<int>(at_ % kKeysOfPartition), at_ / kKeysOfPartition});
      ++at_;
    }
  }
  Position position() const override { return at_; }
  void seek(const Position& position) override { at_ = position.as<std::int64_t>(); }

 private:
  const int partition_;
  const std::int64_t limit_;
  std::int64_t at_ = 0;
};

class NumberSource final : public PartitionedSource<Record> {
 public:
  explicit NumberSource(std::int64_t limit) : limit_(limit) {}
  int partitions() const override { return kPartitions; }
  std::unique_ptr<SourcePartition<Record>> open(int partition) override {
    return std::make_unique<Numbers>(partition, limit_);
  }
  std::string kind() const override { return "Numbers"; }

 private:
  const std::int64_t limit_;
};

/// Appends at once what survives the death of the process.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path)
      : file_(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600)) {
    if (file_ < 0) throw std::runtime_error("cannot write " + path);
    append("\n");  // behind a line that was being written
  }
  ~OutputFile() { ::close(file_); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void append(const std::string& text) const {
    if (::write(file_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("the output is not written");
  }

 private:
  const int file_;
};

class Versions final : public StreamingListener {
 public:
  void onCheckpointCompleted(const CheckpointInfo& info) override {
    say("version " + info.batchTime.toString());
  }
};

std::optional<Tally> tally(std::span<const std::int64_t> numbers, const std::optional<Tally>& before) {
  Tally all = before.value_or(Tally());
  for (const std::int64_t number : numbers) {
    ++all.first;
    all.second += markOf(number);
  }
  return all;
}

/// Says how much is counted, and all of it at the end: when all has come, or when that does not happen any more.
class Tallies {
 public:
  explicit Tallies(std::int64_t limit) : limit_(limit) {}
  void take(const RDD<std::pair<int, Tally>>& rdd) {
    std::string text;
    std::int64_t all = 0;
    for (const auto& [key, tally] : rdd.collect()) {
      all += tally.first;
      text += "tally " + std::to_string(key) + ' ' + std::to_string(tally.first) + ' ' +
              std::to_string(tally.second) + '\n';
    }
    say("counted " + std::to_string(all));
    unchanged_ = all == counted_ ? unchanged_ + 1 : 0;
    counted_ = all;
    if (limit_ != 0 && (all >= limit_ * kPartitions * kKeysOfPartition || unchanged_ == kPatience))
      say(text + "complete");
  }

 private:
  static constexpr int kPatience = 250;  // batches
  const std::int64_t limit_;
  std::int64_t counted_ = 0;
  int unchanged_ = 0;
};

void count(const SparkConf& conf, const std::string& checkpoint, const std::string& output,
           std::int64_t limit) {
  StreamingContext ssc = StreamingContext::getOrCreate(checkpoint, [&] {
    StreamingContext made(conf, Milliseconds(20));
    made.checkpoint(checkpoint);
    made.addStreamingListener(std::make_shared<Versions>());
    const auto records = made.inputStream(std::make_shared<NumberSource>(limit));
    records.foreachRDD([file = std::make_shared<OutputFile>(output)](const RDD<Record>& rdd, Time time) {
      std::string text;
      for (const auto& [key, number] : rdd.collect())
        text += std::to_string(key) + ' ' + std::to_string(number) + ";\n";
      file->append(text);
      say("output " + time.toString());
    });
    records.updateStateByKey(tally).name("tallies").foreachRDD(
        [tallies = std::make_shared<Tallies>(limit)](const RDD<std::pair<int, Tally>>& rdd) {
          tallies->take(rdd);
        });
    return made;
  });
  ssc.start();
  ssc.awaitTermination();
}

}  // namespace

int main(int argc, char** argv) try {
  SparkConf conf = SparkConf::fromCommandLine(argc, argv);
  if (argc != 4) {
    say("usage: counting_program [options] CHECKPOINT OUTPUT LIMIT");
    return 3;
  }
  conf.setIfMissing("spark.streaming.receiver.maxRate", "20000");
  count(conf, argv[1], argv[2], toLong(argv[3]));
  return 0;
} catch (const std::exception& error) {
  say(error.what());
  return 4;
}
