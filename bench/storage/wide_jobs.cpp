#include "storage/wide_jobs.hpp"

#include "scratch.hpp"
#include "storage/peak.hpp"

#include <millrace/base/file_system.hpp>
#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/lazy_range.hpp>
#include <millrace/rdd/core/run/child_process.hpp>
#include <millrace/rdd/ops.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace millrace::bench {

namespace {

using Record = std::pair<std::string, std::int64_t>;

constexpr int kPartitions = 16;
constexpr double kMostTimes = 3;
constexpr double kMostMore = 64;  // MiB

/// A text of 20 bytes, which needs memory of its own in a string and in a table.
std::string keyOf(std::uint64_t number) {
  char text[24];
  std::snprintf(text, sizeof text, "key-%016llx", static_cast<unsigned long long>(core::hashWord(number)));
  return text;
}

/// Records, of 64 bytes each with what their keys hold, of which each key has `repeats`.
RDD<Record> records(const core::EnginePtr& engine, const JobSize& size, std::uint64_t repeats,
                    std::uint64_t share = 1) {
  const std::uint64_t count = (size.mebibytes << 20) / 64 / share, keys = count / repeats;
  const RDD<std::int64_t> numbers(
      core::numberRangeNode(engine, 0, static_cast<std::int64_t>(count), 1, kPartitions));
  return numbers.map(
      [keys](std::int64_t i) { return Record(keyOf(static_cast<std::uint64_t>(i) % keys), i); });
}

/// What tells a result: how many records there are, and the sum of what `hashOf` makes of each.
template <class T, class HashOf>
std::string digest(const RDD<T>& rdd, HashOf hashOf) {
  std::atomic<std::uint64_t> count = 0, sum = 0;
  rdd.foreachPartition([&](auto& part) {
    auto hash = hashOf;
    std::uint64_t counted = 0, summed = 0;
    for (const auto& record : part) {
      ++counted;
      summed += hash(record);
    }
    count += counted;
    sum += summed;
  });
  return std::to_string(count) + ":" + std::to_string(sum);
}

std::uint64_t hashOf(const Record& record) {
  return core::hashCombine(Hash<std::string>()(record.first), static_cast<std::uint64_t>(record.second));
}

std::string sorted(const core::EnginePtr& engine, const JobSize& size) {
  std::atomic<bool> inOrder = true;
  const auto rdd = records(engine, size, 1).sortBy([](const Record& record) { return record.first; });
  const std::string told = digest(rdd, [&, last = std::string()](const Record& record) mutable {
    if (record.first < last) inOrder = false;
    last = record.first;
    return hashOf(record);
  });
  return told + (inOrder ? "" : " out of order");
}

std::string grouped(const core::EnginePtr& engine, const JobSize& size) {
  return digest(records(engine, size, 16).groupByKey(), [](const auto& group) {
    std::uint64_t hash = Hash<std::string>()(group.first);
    for (const std::int64_t value : group.second)
      hash = core::hashCombine(hash, static_cast<std::uint64_t>(value));
    return hash;
  });
}

std::string joined(const core::EnginePtr& engine, const JobSize& size) {
  return digest(records(engine, size, 2, 2).join(records(engine, size, 2, 2)), [](const auto& record) {
    return core::hashCombine(Hash<std::string>()(record.first),
                             static_cast<std::uint64_t>(record.second.first * 7 + record.second.second));
  });
}

std::string distinct(const core::EnginePtr& engine, const JobSize& size) {
  return digest(records(engine, size, 2).keys().distinct(),
                [](const std::string& key) { return Hash<std::string>()(key); });
}

std::string reduced(const core::EnginePtr& engine, const JobSize& size) {
  return digest(records(engine, size, 2).reduceByKey(std::plus<>()), hashOf);
}

using Job = std::string (*)(const core::EnginePtr&, const JobSize&);
const std::vector<std::pair<std::string, Job>> kJobs = {{"sortBy", sorted},
                                                        {"groupByKey", grouped},
                                                        {"join", joined},
                                                        {"distinct", distinct},
                                                        {"reduceByKey", reduced}};

struct Run {
  double seconds = 0;
  double peak = 0;
  std::string told;
};

/// The lines that a program prints, which runs in a process of its own.
std::vector<std::string> linesOf(std::vector<std::string> words) {
  core::ChildProcess child({.words = std::move(words), .env = {{"LC_ALL", "C"}}});
  std::vector<std::string> lines;
  for (std::string line; child.readLine(line, [](std::string&) { return false; });) lines.push_back(line);
  return lines;
}

Run runAlone(const std::string& job, const JobSize& size) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const auto lines = linesOf({self, "--run", job, "--mebibytes", std::to_string(size.mebibytes), "--budget",
                              std::to_string(size.budget)});
  if (lines.size() != 1) throw std::runtime_error(self + " --run " + job + " prints no result");
  Run run;
  std::istringstream(lines[0]) >> run.seconds >> run.peak >> run.told;
  return run;
}

bool report(const std::string& what, double figure, double most, const char* unit) {
  const bool within = figure <= most;
  std::printf("  %-44s %9.2f %s%s\n", what.c_str(), figure, unit, within ? "" : ", which is past its bound");
  return within;
}

}  // namespace

const std::vector<std::string>& wideJobs() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const auto& [name, job] : kJobs) names.push_back(name);
    return names;
  }();
  return kNames;
}

void printJob(const std::string& name, const JobSize& size) {
  const auto job = std::ranges::find(kJobs, name, &std::pair<std::string, Job>::first);
  if (job == kJobs.end()) throw std::runtime_error("there is no job \"" + name + "\"");
  const Scratch scratch;
  auto engine =
      std::make_shared<core::Engine>(core::poolJobRunner(2), 2, std::make_shared<LocalFileSystem>());
  if (size.budget > 0) engine->setMemoryLimit(size.budget << 20);
  engine->setLocalDirectory(scratch.path());
  const AnonymousPeak peak;
  const auto begin = std::chrono::steady_clock::now();
  const std::string told = job->second(engine, size);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::cout << seconds.count() << ' ' << peak.bytes() << ' ' << told << std::endl;
}

bool compareJob(const std::string& job, const JobSize& size) {
  const Run with = runAlone(job, size), without = runAlone(job, {size.mebibytes, 0});
  std::printf("%s of %llu MiB with a budget of %llu MiB\n", job.c_str(),
              static_cast<unsigned long long>(size.mebibytes), static_cast<unsigned long long>(size.budget));
  report("seconds with memory enough", without.seconds, without.seconds, "s");
  bool passed = report("times as many with the budget", with.seconds / without.seconds, kMostTimes, "");
  passed = report("MiB of anonymous memory", with.peak / (1 << 20),
                  static_cast<double>(size.budget) + kMostMore, "MiB") &&
           passed;
  if (with.told == without.told) return passed;
  std::printf("  gives %s, and %s with memory enough\n", with.told.c_str(), without.told.c_str());
  return false;
}

}  // namespace millrace::bench
