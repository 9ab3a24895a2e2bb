#include <millrace/base/log.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <millrace/contexts/spark_conf.hpp>
#include <millrace/contexts/terminal.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

namespace millrace::core {

namespace {

constexpr int kUsualColumns = 80;

class StandardErrorTerminal final : public Terminal {
 public:
  int columns() const override {
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : kUsualColumns;
  }
  void show(std::string_view line) override { showStatusLine(line); }
};

}  // namespace

std::unique_ptr<Terminal> progressTerminal(const SparkConf& conf) {
  if (!conf.get(config::kShowConsoleProgress) || ::isatty(STDERR_FILENO) != 1) return nullptr;
  return std::make_unique<StandardErrorTerminal>();
}

}  // namespace millrace::core
