#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::core {

/// What a thread says about the jobs that it runs, by name: their group, their description, their pool, and whatever a
/// program likes. Each thread has its own, for all contexts of the process, and begins with none.
using LocalProperties = std::map<std::string, std::string, std::less<>>;

inline constexpr const char* kJobGroupProperty = "spark.jobGroup.id";
inline constexpr const char* kJobDescriptionProperty = "spark.job.description";
inline constexpr const char* kInterruptOnCancelProperty = "spark.job.interruptOnCancel";
inline constexpr const char* kPoolProperty = "spark.scheduler.pool";
inline constexpr const char* kBatchTimeProperty = "spark.streaming.internal.batchTime";
inline constexpr const char* kOutputOpIdProperty = "spark.streaming.internal.outputOpId";

/// Those of this thread.
LocalProperties& localProperties();

std::optional<std::string> valueOf(const LocalProperties& properties, std::string_view name);

/// Gives this thread other properties until the end of the scope.
class LocalPropertiesScope {
 public:
  explicit LocalPropertiesScope(LocalProperties properties);
  ~LocalPropertiesScope();
  LocalPropertiesScope(const LocalPropertiesScope&) = delete;
  LocalPropertiesScope& operator=(const LocalPropertiesScope&) = delete;

 private:
  LocalProperties outer_;
};

}  // namespace millrace::core
