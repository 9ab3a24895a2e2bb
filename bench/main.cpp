#include "benchmarks.hpp"
#include "continuous/expansion.hpp"
#include "harness.hpp"
#include "io/file_count.hpp"
#include "table.hpp"

#include <millrace/base/log.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string_view>

using namespace millrace::bench;

namespace {

struct Benchmark {
  std::string_view name;
  std::string_view what;
  void (*run)(Session&);
};

constexpr Benchmark kBenchmarks[] = {
    {"op_chain", "three maps and three filters on int64, beside the same in one loop", opChain},
    {"wordcount_mem", "the words of 256 MiB (Zipf, 100 000 distinct) as views, beside a hand-made table",
     wordcountMem},
    {"wordcount_std_string", "the same by functions of `const std::string&`, beside a loop over such strings",
     wordcountStdString},
    {"wordcount_vector",
     "the same by a flatMap that returns `std::vector<std::string>`, beside a loop over such vectors",
     wordcountVector},
    {"group_by_key", "16 M pairs of int64 with 1 M keys, beside a flat map of vectors", groupByKey},
    {"join", "1 M pairs of int64 with 10 M, beside a flat map that is probed", join},
    {"sort_by", "16 M pairs of int64 with random keys, beside std::sort", sortBy},
    {"shuffle",
     "16 M pairs of int64 summed by key, beside one flat map or, where that is faster, 256 of them", shuffle},
    {"actions", "of 16 M int64, beside loops", actions},
    {"window_inverse",
     "a slide of a window of 60 batches of 1 M records over 1 M keys, beside two merges of flat maps",
     windowInverse},
    {"window_no_inverse",
     "the same with the largest value of each key, beside merging the maps of all 60 batches",
     windowNoInverse},
    {"state_update",
     "a batch of updateStateByKey, all states summed, beside a flat map that is updated and gone through",
     stateUpdate},
    {"map_with_state", "a batch of mapWithState, beside updates of a flat map", mapWithState},
    {"stream_join", "a batch of two streams joined, beside a hash join of its records", streamJoin},
    {"batch_floor",
     "from when an empty batch of two stages of 16 tasks is due until it has ended, beside a thread that "
     "sleeps until then and two parallel loops",
     batchFloor},
    {"socket_lines",
     "lines from loopback into stored partitions, counted, beside blocks read by hand, and with a log beside "
     "without",
     socketLines},
    {"file_count", "the words of a file of 4 GiB on two cores, in a process of its own", fileCount},
    {"file_scan",
     "a file stream's scan of a directory of 100 000 files that it knows, beside a loop of readdir and stat",
     fileScan},
    {"continuous_e2e",
     "continuous mode: lines of ten words from loopback, split, counted by mapWithState; from when a line is "
     "due until a "
     "writer has its last word, beside an epoll loop with a hand-made table",
     continuousE2e},
    {"continuous_keyed",
     "continuous mode: the words of 100 000 such lines per second counted by reduceByKey; from when an epoch "
     "is due to end "
     "until an output has gone through its result, beside a flat map that is filled and gone through by one "
     "thread",
     continuousKeyed},
    {"continuous_rate",
     "continuous mode on one worker: lines of ten words from memory, beside a loop over them: map, filter, "
     "map, filter, "
     "map and a writer; their words through mapWithState to a writer, and through reduceByKey",
     continuousRate},
    {"socket_word_count",
     "the words of lines from loopback counted by reduceByKey, until the result is at an output: continuous "
     "mode beside "
     "micro-batch mode",
     socketWordCount},
    {"continuous_expansion",
     "continuous mode: 4 000 lines that each expand to 1 000 records, and one that expands to 4 M, sent on "
     "to other "
     "partitions; peak memory above idle, in a process of its own",
     continuousExpansion},
    {"no_stall",
     "continuous mode: messages with gaps of 50 to 150 µs, handled by the thread that brings them (1 record) "
     "and by a "
     "worker (1500 records), while nobody waits; how many do not arrive within a second",
     noStall},
    {"immediate_stop", "continuous mode: stop(true, false) while lines come", immediateStop},
    {"busy_output",
     "continuous_e2e at 10 000 lines/s with epochs of a second and an output that is busy once for three "
     "seconds with all "
     "threads of the job pool: lines of those three seconds",
     busyOutput},
    {"api_cost", "processor time of the compiler at -O2", apiCost},
};

constexpr std::string_view kUsage =
    R"(usage: millrace_bench [OPTION...]

Measures Millrace beside hand-written code that does the same, both in this process, in turn, and prints a table. Every
answer is checked; a wrong one ends the program with exit code 1.

  --list           names of the benchmarks
  --only NAME      only this one; may be given several times
  --rounds N       rounds after the warm-up; the figures are their medians (default 5)
  --cpu-time       measure processor time, for a busy machine; lines of two cores and of latencies mean nothing then
  --markdown FILE  write the table to FILE, too
  --peak PROGRAM   what file_count and continuous_expansion run in a process of its own: prints bytes
  --help
)";

struct Options {
  std::vector<std::string_view> only;
  int rounds = 5;
  std::string markdown;
};

[[noreturn]] void end(std::string_view text, int code) {
  (code == 0 ? std::cout : std::cerr) << text;
  std::exit(code);
}

std::string describe(const Benchmark& benchmark) {
  return "- `" + std::string(benchmark.name) + "`: " + std::string(benchmark.what) + '\n';
}

[[noreturn]] void list() {
  for (const Benchmark& benchmark : kBenchmarks) std::cout << describe(benchmark);
  std::exit(0);
}

double peakOf(const std::string& program) {
  constexpr std::string_view kWords = "words of ";
  return program.starts_with(kWords) ? peakOfFileCount(program.substr(kWords.size()))
                                     : peakAboveIdle(program);
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string_view option = argv[i];
    auto value = [&]() -> std::string_view {
      if (i + 1 == argc) end(std::string(option) + " needs a value; see --help\n", 2);
      return argv[++i];
    };
    if (option == "--help") {
      end(kUsage, 0);
    } else if (option == "--list") {
      list();
    } else if (option == "--only") {
      options.only.push_back(value());
    } else if (option == "--peak") {
      std::cout << std::fixed << peakOf(std::string(value())) << '\n';
      std::exit(0);
    } else if (option == "--rounds") {
      options.rounds = std::atoi(value().data());
      if (options.rounds < 1) end("--rounds needs a number of at least 1\n", 2);
    } else if (option == "--cpu-time") {
      measureCpuTime();
    } else if (option == "--markdown") {
      options.markdown = value();
    } else {
      end("unknown option " + std::string(option) + "; see --help\n", 2);
    }
  }
  for (std::string_view name : options.only) {
    auto known = [&](const Benchmark& benchmark) { return benchmark.name == name; };
    if (std::none_of(std::begin(kBenchmarks), std::end(kBenchmarks), known))
      end("no benchmark " + std::string(name) + "; see --list\n", 2);
  }
  return options;
}

bool isWanted(const Options& options, std::string_view name) {
  return options.only.empty() ||
         std::find(options.only.begin(), options.only.end(), name) != options.only.end();
}

}  // namespace

int main(int argc, char** argv) try {
  millrace::setLogLevel(millrace::LogLevel::kError);
  Options options = parse(argc, argv);
  std::ofstream file;
  if (!options.markdown.empty()) {
    file.open(options.markdown);
    if (!file) end("cannot write " + options.markdown + '\n', 2);
  }
  auto print = [&](const std::string& text) {
    std::cout << text << std::flush;
    if (file.is_open()) file << text << std::flush;
  };
  print(tableHead(options.rounds));
  Session session(options.rounds, [&](const Line& line) { print(tableLine(line)); });
  for (const Benchmark& benchmark : kBenchmarks) {
    if (!isWanted(options, benchmark.name)) continue;
    std::cerr << benchmark.name << '\n';
    benchmark.run(session);
  }
  print("\n");
  for (const Benchmark& benchmark : kBenchmarks) {
    if (isWanted(options, benchmark.name)) print(describe(benchmark));
  }
} catch (const std::exception& error) {
  std::cerr << "\nmillrace_bench: " << error.what() << '\n';
  return 1;
}
