#include <millrace/contexts/scheduler/streaming_listener.hpp>

namespace millrace {

std::optional<std::string> StreamInputInfo::metadataDescription() const {
  if (metadata.description.empty()) return std::nullopt;
  return metadata.description;
}

std::optional<std::int64_t> OutputOperationInfo::duration() const {
  if (!startTime || !endTime) return std::nullopt;
  return *endTime - *startTime;
}

std::optional<std::int64_t> BatchInfo::schedulingDelay() const {
  if (!processingStartTime) return std::nullopt;
  return *processingStartTime - submissionTime;
}

std::optional<std::int64_t> BatchInfo::processingDelay() const {
  if (!processingStartTime || !processingEndTime) return std::nullopt;
  return *processingEndTime - *processingStartTime;
}

std::optional<std::int64_t> BatchInfo::totalDelay() const {
  if (!processingDelay()) return std::nullopt;
  return *schedulingDelay() + *processingDelay();
}

std::int64_t BatchInfo::numRecords() const {
  std::int64_t records = 0;
  for (const auto& [id, info] : streamIdToInputInfo) records += info.numRecords;
  return records;
}

}  // namespace millrace
