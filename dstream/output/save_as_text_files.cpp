#include <millrace/dstream/output/save_as_text_files.hpp>

namespace millrace::core {

std::string fileNameOfTime(const std::string& prefix, const std::string& suffix, std::optional<Time> time) {
  std::string name = time ? std::to_string(time->milliseconds()) : "TIME";
  if (!prefix.empty()) name = prefix + "-" + name;
  if (!suffix.empty()) name += "." + suffix;
  return name;
}

}  // namespace millrace::core
