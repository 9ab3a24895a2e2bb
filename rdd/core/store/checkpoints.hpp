#pragma once

#include <millrace/rdd/core/graph/checkpoint.hpp>
#include <millrace/rdd/core/graph/stored_form.hpp>

#include <memory>
#include <string>

namespace millrace::core {

/// Object files in a directory, one per partition. They stay when the program ends.
std::unique_ptr<Checkpoint> fileCheckpoint(const StoredForm& form, std::string directory);

/// The node's own cache. It is lost with the process.
std::unique_ptr<Checkpoint> cacheCheckpoint();

}  // namespace millrace::core
