#pragma once

#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/store/object_format.hpp>
#include <millrace/rdd/core/store/text_output.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

template <class T>
void saveAsObjects(Node& node, const std::string& path, IfExists ifExists) {
  const RecordCodec& codec = requiredCodec<owned_t<T>>();
  saveParts(node, "saveAsObjectFile", path, ifExists, [&](ReaderPtr records, std::ostream& out) {
    const auto reader = typed<T>(std::move(records));
    ObjectFileWriter file(out, codec);
    for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next()) {
      for (const T& record : chunk) {
        const owned_t<T>& owned = own(record);
        file.add(&owned);
      }
      taskCounts().recordsWritten += static_cast<std::int64_t>(chunk.size);
    }
    file.finish();
  });
}

}  // namespace core

template <class T>
void RDD<T>::saveAsObjectFile(const std::string& path) const {
  core::saveAsObjects<T>(*node_, path, core::IfExists::kFail);
}

}  // namespace millrace
