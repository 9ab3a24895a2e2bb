#pragma once

#include <millrace/rdd/core/graph/step.hpp>

#include <memory>
#include <string>
#include <utility>

namespace millrace::core {

/// Says in the log that a file stream does not read a file, or not to its end.
void logLeftOut(const std::string& path, const std::string& reason);

/// Called while an exception is handled: says whether that is that the file is not there any more, and then logs it.
struct HasVanished {
  std::string path;
  bool operator()() const;
};

/// Reads a file until it is found to have vanished: it ends there.
template <class T, class F>
class WhileThereReader final : public Reader<T> {
 public:
  WhileThereReader(TypedReader<T> input, F hasVanished, const OperatorInfo&)
      : input_(std::move(input)), hasVanished_(std::move(hasVanished)) {}

  Chunk<T> next() override {
    if (!input_) return {};
    try {
      return input_->next();
    } catch (...) {
      if (!hasVanished_()) throw;
    }
    input_.reset();
    return {};
  }

 private:
  TypedReader<T> input_;
  const F hasVanished_;
};

/// The records of a file of a file stream, as its batch reads them. Between the making of a batch and its tasks the file may
/// be removed: its partitions that have not been begun then are empty.
template <class T>
NodePtr whileThere(const NodePtr& file, const std::string& path) {
  if (!file) return file;
  return narrowNode(
      file, std::make_shared<const Step>(file->info(), stepFunction<T, WhileThereReader>(HasVanished{path})),
      Partitioning::kKept);
}

}  // namespace millrace::core
