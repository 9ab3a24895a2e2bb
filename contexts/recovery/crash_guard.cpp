#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/contexts/recovery/checkpoint_directory.hpp>
#include <millrace/contexts/recovery/crash_guard.hpp>

#include <utility>

namespace millrace::core {

namespace {

constexpr const char* kRetry = "find out why; then spark.streaming.recovery.poison=retry runs it once more";

/// One paragraph for each source.
std::string describeInput(const LoggedBatch& batch) {
  std::string text;
  for (const LoggedInput& input : batch.inputs) {
    if (!input.description.empty()) text += input.source.describe() + "\n" + input.description + "\n\n";
  }
  return text.empty() ? "nothing\n" : text.substr(0, text.size() - 1);
}

std::string onOneLine(std::string text) {
  std::string line;
  for (const char c : text.substr(0, text.size() - 1))
    line += c == '\n' ? std::string(", ") : std::string(1, c);
  return shorten(line, 500);
}

std::string runsHaveDied(int deaths) { return std::to_string(deaths) + " runs of the program have died in "; }

}  // namespace

CrashGuard::CrashGuard(FileSystem& files, std::string checkpoint, PoisonPolicy policy)
    : files_(files), checkpoint_(std::move(checkpoint)), policy_(policy) {}

int CrashGuard::examine(LoggedBatch& batch, int deaths) const {
  if (deaths < kMostDeaths) return deaths;
  if (policy_ == PoisonPolicy::kRetry) return 0;
  if (batch.isSkipped)
    throw SparkException(runsHaveDied(deaths) + "batch " + batch.time.toString() +
                         ", though it ran without its input: " + kRetry);
  if (policy_ == PoisonPolicy::kStop)
    throw SparkException(runsHaveDied(deaths) + "batch " + batch.time.toString() + ", which reads " +
                         onOneLine(describeInput(batch)) + ": " + kRetry +
                         ", and =skip goes on without this input, which it writes to " +
                         quarantineDirectory(checkpoint_));
  quarantine(batch, deaths);
  batch.isSkipped = true;
  return 0;
}

int CrashGuard::examineEpoch(Time time, int deaths) const {
  if (deaths < kMostDeaths) return deaths;
  if (policy_ == PoisonPolicy::kRetry) return 0;
  throw SparkException(runsHaveDied(deaths) + "the epoch that ends at " + time.toString() +
                       ", before it had ended, so that it is not known what it reads: " + kRetry +
                       "; in micro-batch mode its input is known before it runs, and =skip can leave it out");
}

void CrashGuard::quarantine(const LoggedBatch& batch, int deaths) const {
  const std::string directory = quarantineDirectory(checkpoint_);
  const std::string path = directory + "/batch-" + std::to_string(batch.time.milliseconds());
  files_.createDirectories(directory);
  const auto file = files_.openPrivate(path + ".tmp");
  file->write(runsHaveDied(deaths) + "batch " + batch.time.toString() +
              ". Since then it runs without its input, which was:\n\n" + describeInput(batch));
  file->sync();
  file->close();
  files_.rename(path + ".tmp", path);
  logWarning("a batch in which runs have died again and again runs without its input",
             {{"batch", batch.time.toString()}, {"deaths", deaths}, {"input", path}});
}

}  // namespace millrace::core
