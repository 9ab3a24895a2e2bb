#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/base/show.hpp>
#include <millrace/rdd/core/records/reader.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>

#include <ostream>
#include <string>
#include <string_view>

namespace millrace::core {

class Node;

/// What to do if the output is there already: fail, or replace it.
enum class IfExists { kFail, kReplace };

/// The name of the file of a partition, with a slash before it.
std::string partName(int partition);

/// Writes all records of a partition to the stream; the caller that makes it knows the record type.
using WritePartFn = FunctionRef<void(ReaderPtr records, std::ostream& part)>;

/// Runs a job, the action `kind`, that writes directory `path`: part-00000, part-00001 … with the partitions, then
/// _SUCCESS.
///
/// The directory is written beside its final place under a hidden name, and renamed in one step when all of it is on
/// the disk: nobody sees parts of it, and it survives a power cut. With kReplace, the old directory is removed just
/// before that, its _SUCCESS first; when the job fails, it stays as it was. A run that is killed leaves the hidden
/// directory behind.
///
/// IllegalArgument naming a path that is taken (kFail); SparkException naming what cannot be written; TaskFailure for
/// all that goes wrong in the tasks.
void saveParts(Node& node, std::string_view kind, const std::string& path, IfExists ifExists,
               WritePartFn writePart);

/// Lines of text: records are written as `show` writes them.
template <class T>
void saveAsText(Node& node, const std::string& path, IfExists ifExists) {
  saveParts(node, "saveAsTextFile", path, ifExists, [](ReaderPtr records, std::ostream& lines) {
    auto reader = typed<T>(std::move(records));
    for (Chunk<T> chunk = reader->next(); !chunk.empty(); chunk = reader->next()) {
      for (const T& record : chunk) {
        show(lines, record);
        lines.put('\n');
      }
      taskCounts().recordsWritten += static_cast<std::int64_t>(chunk.size);
    }
  });
}

}  // namespace millrace::core
