#include "benchmarks.hpp"
#include "harness.hpp"
#include "scratch.hpp"

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace millrace::bench {

namespace {

constexpr int kMaps = 20;

/// Compiles sources in a directory of its own.
class Workshop {
 public:
  /// Processor seconds of the compiler, as this program was compiled; several sources do not disturb each other.
  double compile(const std::string& source, const std::string& how) const {
    return run("source.cpp", source, "source.o", how);
  }
  /// Lets sources include the umbrella header as "precompiled.hpp".
  void precompile() const { run("precompiled.hpp", kUmbrella, "precompiled.hpp.gch", "-O2"); }

  static constexpr const char* kUmbrella = "#include <millrace/millrace.hpp>\n";

 private:
  double run(const std::string& name, const std::string& source, const std::string& result,
             const std::string& how) const {
    std::ofstream(scratch_.path() + "/" + name) << source;
    std::vector<std::string> command = {MILLRACE_BENCH_COMPILER,        "-std=c++20", how, "-o",
                                        scratch_.path() + "/" + result, "-c"};
    std::istringstream dirs(MILLRACE_BENCH_INCLUDES);
    for (std::string dir; std::getline(dirs, dir, ':');) command.push_back("-I" + dir);
    command.push_back(scratch_.path() + "/" + name);
    return run(command);
  }
  static double run(std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (std::string& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    pid_t child;
    if (posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0)
      throw std::runtime_error("cannot start " + command[0]);
    int status = 0;
    rusage used{};
    wait4(child, &status, 0, &used);
    if (status != 0) throw WrongAnswer("the compiler failed");
    auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
  }

  Scratch scratch_;
};

std::string chainOf(int maps, const std::string& include = Workshop::kUmbrella) {
  std::string text = include +
                     "millrace::DStream<long> chain(const millrace::DStream<long>& stream) {\n"
                     "  return stream";
  for (int i = 0; i < maps; ++i) text += ".map([](long x) { return x * " + std::to_string(i) + "; })";
  return text + ";\n}\n";
}

}  // namespace

void apiCost(Session& session) {
  Workshop workshop;
  workshop.precompile();
  double one = 0;
  Figures figures = session.measure({
      {"standard headers",
       [&] {
         return workshop.compile("#include <vector>\n#include <memory>\n#include <string>\n",
                                 "-fsyntax-only");
       }},
      {"umbrella", [&] { return workshop.compile(Workshop::kUmbrella, "-fsyntax-only"); }},
      {"precompiled umbrella", [&] { return workshop.compile("#include \"precompiled.hpp\"\n", "-O2"); }},
      {"one map, precompiled",
       [&] { return workshop.compile(chainOf(1, "#include \"precompiled.hpp\"\n"), "-O2"); }},
      {"one map", [&] { return one = workshop.compile(chainOf(1), "-O2"); }},
      {"further map", [&] { return (workshop.compile(chainOf(1 + kMaps), "-O2") - one) / kMaps * 1e3; }},
  });
  session.reportAlone("api_cost, umbrella header", "s", figures, "umbrella");
  session.report("api_cost, umbrella header, precompiled, beside <vector>, <memory> and <string>", "s",
                 figures, ratioAtMost(1.0), "precompiled umbrella", "standard headers");
  session.reportAlone("api_cost, program of one map", "s", figures, "one map");
  session.reportAlone("api_cost, program of one map, precompiled", "s", figures, "one map, precompiled");
  session.reportAlone("api_cost, each of 20 further maps", "ms", figures, "further map", engineAtMost(60));
}

}  // namespace millrace::bench
