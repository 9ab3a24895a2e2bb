#include "model.hpp"
#include "random_program.hpp"
#include "running.hpp"

#include "support/captured_log.hpp"
#include "support/faulty_file_system.hpp"
#include "support/memory_file_system.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace millrace::programs {
namespace {

/// MILLRACE_RECOVERED_PROGRAMS, or as many as a test has time for.
int programsWanted() {
  const char* given = std::getenv("MILLRACE_RECOVERED_PROGRAMS");
  return given == nullptr ? 100 : std::atoi(given);
}

/// How a run ends before the program does.
enum class End { kGracefulStop, kStop, kDeath, kPowerCut };

/// A program in several runs, each in a mode and shape of its own, all but the last of which end at a random moment. Its sources
/// give a batch the same records in each run.
class InterruptedProgram {
 public:
  InterruptedProgram(const Program& program, std::uint64_t seed) : program_(program), random_(seed) {}

  /// Where the runs gave something else than the program run through does, or empty.
  std::string difference() {
    int batch = 1;
    for (int ends = pick(1, 2); ends > 0 && batch < program_.batches; --ends) {
      batch = pick(batch, program_.batches - 1);
      run(batch, static_cast<End>(pick(0, 3)));
    }
    run(program_.batches, End::kStop);
    for (const OutputBatch& expected : runModel(program_).batches) {
      const auto& all = given_[expected.time][expected.output];
      if (all.empty()) return story_ + "nothing, instead of " + toJson(expected);
      for (const OutputBatch& given : all)
        if (given != expected) return story_ + toJson(given) + ", instead of " + toJson(expected);
    }
    return {};
  }

 private:
  int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

  RunOptions someOptions() {
    constexpr int kThreads[] = {1, 2, 4};
    constexpr std::size_t kChunks[] = {1, 3, 1024};
    return {pick(0, 1) == 0 ? "micro-batch" : "continuous", kThreads[pick(0, 2)], pick(1, 5),
            kChunks[pick(0, 2)]};
  }

  void run(int last, End end) {
    constexpr const char* kEnds[] = {"stops gracefully", "stops", "dies", "loses its power"};
    const RunOptions options = someOptions();
    const bool dies = end == End::kDeath || end == End::kPowerCut;
    const auto files = std::make_shared<test::FaultyFileSystem>(disk_);
    const int calls = dies ? pick(1, 100) : 0;
    story_ += options.mode + ", " + std::to_string(options.threads) + " threads, " +
              std::to_string(options.partitions) + " partitions, to batch " + std::to_string(last) + ", " +
              kEnds[static_cast<int>(end)] + (dies ? " at call " + std::to_string(calls) : "") + "; ";
    {
      Running running(program_, options, Kept{files, "/checkpoint", now_});
      try {
        if (dies && now_ > 0) files->failFrom(calls);
        running.start();
        for (; now_ < last * program_.batchMs; now_ += program_.batchMs) {
          if (now_ + program_.batchMs <= done_) continue;
          running.endBatch(now_ + program_.batchMs);
          if (now_ > 0) continue;
          running.awaitDurable(program_.batchMs);  // a program that has left nothing would begin anew
          if (dies) files->failFrom(calls);
        }
      } catch (const std::exception&) {
        if (!dies) throw;
      }
      running.offer(std::max(now_, done_) + program_.batchMs);
      running.stop(end == End::kGracefulStop);
      keep(running.progress());
    }
    if (end == End::kPowerCut) disk_.cutPower(random_);
  }

  void keep(Progress& progress) {
    std::lock_guard lock(progress.mutex);
    done_ = std::max(done_, progress.beat);
    for (const auto& [time, outputs] : progress.batches)
      for (const auto& [number, batch] : outputs) given_[time][batch.output].push_back(batch);
  }

  const Program program_;
  std::mt19937_64 random_;
  test::MemoryFileSystem disk_;
  std::int64_t now_ = 0;   // what the clock says
  std::int64_t done_ = 0;  // the newest batch that was done in a run
  std::string story_;
  std::map<std::int64_t, std::map<std::string, std::vector<OutputBatch>>> given_;  // by time and output
};

/// Has the sources polled. Each is an output too: where a batch asks for none, its records are in the next one that does.
void poll(Program& program) {
  program.polled = true;
  for (auto& [id, source] : program.sources) {
    for (auto& records : source.in)
      if (!records) records.emplace();
    if (std::ranges::find(program.outputs, id) == program.outputs.end()) program.outputs.push_back(id);
  }
}

std::string differenceOf(Program program, std::uint64_t seed) {
  if (program.polled) poll(program);
  return InterruptedProgram(program, seed).difference();
}

/// True if a program of this seed was checked; one that fails anyway has nothing to go on with.
bool check(const test::Seed& seed) {
  Program program = randomProgram(seed);
  program.polled = seed / 4 % 2 == 0;
  if (runModel(program).error) return false;
  const std::string difference = differenceOf(program, seed);
  if (difference.empty()) return true;
  const Program small =
      shrink(program, [&](const Program& p) { return !runModel(p).error && !differenceOf(p, seed).empty(); });
  const std::string why = differenceOf(small, seed);
  ADD_FAILURE() << (why.empty() ? difference + " (at times)" : why) << '\n'
                << toJson(why.empty() ? program : small);
  return true;
}

/// Random programs that end at random moments and go on from their checkpoint give, batch by batch, what they give when they
/// run through; also in the other mode, and with other partitions. MILLRACE_SEED runs one seed only.
class Recovered : public testing::TestWithParam<int> {
 protected:
  static constexpr int kTests = 4;
};

TEST_P(Recovered, GivesWhatAnUninterruptedRunGives) {
  const test::CapturedLog log;
  if (const auto given = test::givenSeed()) {
    EXPECT_TRUE(check(test::Seed(*given))) << "the program of this seed fails anyway";
    return;
  }
  std::uint64_t seed = static_cast<std::uint64_t>(GetParam()) << 32;
  for (int checked = 0; checked < programsWanted() / kTests && !HasFailure(); ++seed)
    if (check(test::Seed(seed))) ++checked;
}

INSTANTIATE_TEST_SUITE_P(Programs, Recovered, testing::Range(0, 4));

}  // namespace
}  // namespace millrace::programs
