#pragma once

#include <millrace/contexts/recovery/batch_record.hpp>
#include <millrace/contexts/recovery/program_match.hpp>
#include <millrace/dstream/core/input_node.hpp>

#include <string>
#include <vector>

namespace millrace::core {

/// Has the sources of the program, which can all be read again, give what batches of earlier runs had. A source that is new has
/// nothing in them. Input of one that is gone, or cannot be read again any more, is dropped, which is logged. Gives what is wrong with
/// the sources, a sentence each; then nothing has changed. Throws what InputNode::replay throws.
std::vector<std::string> replay(const std::vector<LoggedBatch>& batches,
                                const std::vector<RecoverableOperator>& running,
                                const std::vector<InputPtr>& sources);

}  // namespace millrace::core
