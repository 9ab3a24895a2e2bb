#include <millrace/dstream/output/print.hpp>

#include <iostream>

namespace millrace::core {

std::string printHeader(Time time) {
  const std::string dashes(43, '-');
  return dashes + "\nTime: " + time.toString() + "\n" + dashes + "\n";
}

void writeToStdout(std::string_view text) { std::cout << text << std::flush; }

}  // namespace millrace::core
