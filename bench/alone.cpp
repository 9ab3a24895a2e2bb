#include "alone.hpp"

#include "cores.hpp"

#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/ops.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace millrace::bench {

double peakOfChild(const std::string& program) {
  std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  RDD<std::string> nothing(core::parallelNode(pinnedEngine(1), std::vector<std::string>{""}, 1));
  auto printed = nothing.pipe({self, "--peak", program}).collect();
  if (printed.size() != 1)
    throw std::runtime_error("no figure comes from " + self + " --peak '" + program + "'");
  return std::stod(printed[0]);
}

double memoryOf(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) * 1024;
  }
  throw std::runtime_error("/proc/self/status has no " + field);
}

}  // namespace millrace::bench
