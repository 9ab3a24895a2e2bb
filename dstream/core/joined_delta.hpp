#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/io/store/state_delta.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace millrace::core {

/// What a stream keeps consists of up to three kinds of entries, which the first byte of their keys tells apart.
enum class KeptKind : char {
  kTable = 't',  // an entry of its tables: a key, and a value
  kBatch = 'b',  // a partition of a batch that a window still needs: when and which, and its records
  kTime = 'm'    // the time to which its tables have moved
};

/// What one partition of a stream gives to a cut: the changes of its tables and of its batches, and, if they are begun, the time
/// to which the tables have moved. Null stands for no changes, and is given where there are none.
StateDeltaPtr joinedDelta(StateDeltaPtr tables, StateDeltaPtr batches, std::optional<Time> movedTo);

/// The time in an entry of kTime.
Time readTime(std::string_view value);

/// Calls `take` for each entry that was kept of a stream.
void readKept(const StateDelta& kept,
              FunctionRef<void(KeptKind kind, std::string_view key, std::string_view value)> take);

}  // namespace millrace::core
