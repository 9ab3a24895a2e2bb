#include <millrace/dstream/output/print.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/write_signals.hpp>

#include <cerrno>
#include <iostream>
#include <streambuf>
#include <string>
#include <system_error>

namespace millrace::core {

namespace {

// Else the next flush of std::cout, by anybody, would try again, and might end the process by SIGPIPE then.
struct PutArea : std::streambuf {
  static void discard(std::streambuf& of) {
    const auto pending = (of.*&PutArea::pptr)() - (of.*&PutArea::pbase)();
    (of.*&PutArea::pbump)(-static_cast<int>(pending));
  }
};

}  // namespace

std::string printHeader(Time time) {
  const std::string dashes(43, '-');
  return dashes + "\nTime: " + time.toString() + "\n" + dashes + "\n";
}

void writeToStdout(std::string_view text) {
  std::streambuf* out = std::cout.rdbuf();
  if (out == nullptr) return;
  if (!std::cout)
    throw SparkException(
        "cannot print: std::cout is in a failed state since the program wrote to it; call std::cout.clear()");
  const WithoutWriteSignals held;
  errno = 0;
  const auto written = out->sputn(text.data(), static_cast<std::streamsize>(text.size()));
  if (written == static_cast<std::streamsize>(text.size()) && out->pubsync() == 0) return;
  const std::string reason = errno == 0 ? "" : ": " + std::generic_category().message(errno);
  PutArea::discard(*out);
  throw SparkException("cannot write to the standard output" + reason);
}

}  // namespace millrace::core
