#include "build.hpp"
#include "model.hpp"

#include <millrace/contexts/spark_conf.hpp>

#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <boost/json.hpp>

namespace {

constexpr const char* kUsage =
    "usage: run_program [--mode micro-batch|continuous|model] [--master local[N]] [--partitions N] [--chunk "
    "N] "
    "FILE\n"
    "Runs a stream program given as JSON and prints one JSON line for each output and batch.\n";

template <class N>
N numberOf(const std::string& option, const std::string& text) {
  N number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1)
    throw std::invalid_argument(option + " needs a number from 1 on, but got \"" + text + "\"");
  return number;
}

int fail(const std::string& error, std::optional<std::int64_t> time) {
  boost::json::object line{{"error", error}};
  if (time) line["time"] = *time;
  std::cout << boost::json::serialize(line) << '\n';
  return time ? 4 : 3;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace millrace::programs;
  RunOptions options;
  std::string file;
  try {
    for (int i = 1; i < argc; ++i) {
      const std::string argument = argv[i];
      const bool hasValue = i + 1 < argc;
      if (argument == "--help") {
        std::cout << kUsage;
        return 0;
      }
      if (argument == "--mode" && hasValue) {
        options.mode = argv[++i];
        if (options.mode != "model") millrace::SparkConf().set("spark.streaming.mode", options.mode);
      } else if (argument == "--master" && hasValue) {
        options.threads = millrace::threadsOfMaster(argv[++i]);
      } else if (argument == "--partitions" && hasValue) {
        options.partitions = numberOf<int>(argument, argv[++i]);
      } else if (argument == "--chunk" && hasValue) {
        options.chunk = numberOf<std::size_t>(argument, argv[++i]);
      } else if (file.empty() && !argument.starts_with("--")) {
        file = argument;
      } else {
        throw std::invalid_argument("unexpected argument " + argument);
      }
    }
  } catch (const std::exception& error) {
    std::cerr << "run_program: " << error.what() << '\n' << kUsage;
    return 2;
  }
  std::ifstream in(file);
  if (!in) {
    std::cerr << "run_program: cannot read " << (file.empty() ? "a file: none was named" : file) << '\n'
              << kUsage;
    return 2;
  }
  try {
    Program program = parse(std::string(std::istreambuf_iterator<char>(in), {}));
    Outcome outcome = options.mode == "model" ? runModel(program) : run(program, options);
    for (const OutputBatch& batch : outcome.batches) std::cout << toJson(batch) << '\n';
    return outcome.error ? fail(*outcome.error, outcome.errorTime) : 0;
  } catch (const std::exception& error) {
    return fail(error.what(), std::nullopt);
  }
}
