#include <millrace/io/line_loss_log.hpp>

#include <millrace/base/log.hpp>

namespace millrace::core {

void LineLossLog::check(const LineCounts& counts, std::string_view source) {
  tooLong_.check(counts.tooLong, "lines longer than the limit were passed over", source);
  cutShort_.check(counts.cutShort, "lines cut short by the end of a connection were dropped", source);
  invalidUtf8_.check(counts.invalidUtf8, "lines that are not UTF-8 were kept as they are", source);
}

void LineLossLog::Threshold::check(std::uint64_t count, std::string_view message, std::string_view source) {
  if (count < next) return;
  logWarning(message, {{"source", source}, {"total", count}});
  next = 2 * count;
}

}  // namespace millrace::core
