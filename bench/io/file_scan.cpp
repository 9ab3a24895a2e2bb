#include "benchmarks.hpp"
#include "harness.hpp"
#include "scratch.hpp"

#include <millrace/base/file_system.hpp>
#include <millrace/io/file_filter.hpp>
#include <millrace/io/file_selection_rule.hpp>
#include <millrace/io/file_selector.hpp>

#include <dirent.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>

namespace millrace::bench {

namespace {

constexpr int kFiles = 100'000;

double millisecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

double scanByHand(const std::string& directory) {
  const auto begin = std::chrono::steady_clock::now();
  std::int64_t files = 0;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  while (const dirent* entry = ::readdir(open.get())) {
    struct stat status;
    if (::fstatat(::dirfd(open.get()), entry->d_name, &status, 0) == 0 && S_ISREG(status.st_mode)) ++files;
  }
  const double took = millisecondsSince(begin);
  expectEqual("files found by hand", files, std::int64_t{kFiles});
  return took;
}

/// Scans a directory again that it has scanned before.
double scanByEngine(core::FileSelector& selector, std::int64_t time) {
  const auto begin = std::chrono::steady_clock::now();
  const std::size_t files = selector.select(time).size();
  const double took = millisecondsSince(begin);
  expectEqual("new files found by the engine", files, std::size_t{0});
  return took;
}

}  // namespace

void fileScan(Session& session) {
  const Scratch scratch;
  for (int i = 0; i < kFiles; ++i) std::ofstream(scratch.path() + "/part-" + std::to_string(i)) << 'x';
  const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(
                               std::chrono::system_clock::now().time_since_epoch())
                               .count() +
                           1000;
  const LocalFileSystem files;
  auto compare = [&](const std::string& name, std::unique_ptr<core::FileSelectionRule> rule) {
    core::FileSelector selector(files, scratch.path(), isVisibleFile, std::move(rule));
    std::int64_t time = now;
    selector.select(time);
    selector.select(++time);
    session.report(name, "ms",
                   session.measure({
                       {"hand", [&] { return scanByHand(scratch.path()); }},
                       {"engine", [&] { return scanByEngine(selector, ++time); }},
                   }),
                   ratioAtMost(2));
  };
  compare("file_scan, by time of modification", core::modificationTimeRule(0, 60'000, 1));
  compare("file_scan, by identity", core::fileIdentityRule(false));
}

}  // namespace millrace::bench
