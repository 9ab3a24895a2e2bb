#include <millrace/contexts/scheduler/input_infos.hpp>

#include <algorithm>
#include <utility>

namespace millrace::core {

void addInputInfo(const InputNode& input, Time time, std::int64_t records,
                  std::map<int, StreamInputInfo>& to) {
  InputMetadata metadata = input.metadataOf(time);
  if (records < 0 && metadata.empty()) return;
  to[input.inputId()] = {input.inputId(), std::max(records, std::int64_t{0}), std::move(metadata)};
}

}  // namespace millrace::core
