#include "build.hpp"
#include "model.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

#include <boost/json.hpp>

namespace {

constexpr const char* kUsage =
    "usage: run_program [--mode micro-batch|continuous|model] [--master local[N]] [--chunk N] FILE\n"
    "Runs a stream program given as JSON and prints one JSON line for each output and batch.\n";

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
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    bool hasValue = i + 1 < argc;
    if (argument == "--help") {
      std::cout << kUsage;
      return 0;
    }
    if (argument == "--mode" && hasValue) {
      options.mode = argv[++i];
    } else if (argument == "--master" && hasValue) {
      std::string master = argv[++i];
      options.threads = master.size() > 7 ? std::atoi(master.c_str() + 6) : 1;
    } else if (argument == "--chunk" && hasValue) {
      options.chunk = static_cast<std::size_t>(std::atoll(argv[++i]));
    } else if (file.empty() && !argument.starts_with("--")) {
      file = argument;
    } else {
      std::cerr << "run_program: unexpected argument " << argument << '\n' << kUsage;
      return 2;
    }
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
