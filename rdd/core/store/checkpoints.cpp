#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/store/checkpoints.hpp>
#include <millrace/rdd/core/store/text_output.hpp>

#include <ostream>
#include <utility>

namespace millrace::core {

namespace {

class FileCheckpoint final : public Checkpoint {
 public:
  FileCheckpoint(const StoredForm& form, std::string directory)
      : form_(form), directory_(std::move(directory)) {}

  void write(Node& node) override {
    saveParts(node, "checkpoint", directory_, IfExists::kReplace, [&](ReaderPtr records, std::ostream& part) {
      const auto writer = form_.write(part);
      while (writer->take(*records)) {
      }
      writer->finish();
    });
  }
  ReaderPtr open(const Node& node, int partition) const override {
    return inOperator(node.info(), [&] {
      std::string path = directory_ + partName(partition);
      auto file = node.engine().files().openForReading(path);
      return form_.open(std::move(file), std::move(path), node.info());
    });
  }
  std::string directory() const override { return directory_; }
  bool isCache() const override { return false; }

 private:
  const StoredForm& form_;
  const std::string directory_;
};

class CacheCheckpoint final : public Checkpoint {
 public:
  void write(Node& node) override { node.storeAll(); }
  ReaderPtr open(const Node& node, int partition) const override {
    throw SparkException("partition " + std::to_string(partition) + " of the local checkpoint of " +
                         node.info()->describe() + " is not stored any more");
  }
  std::string directory() const override { return {}; }
  bool isCache() const override { return true; }
};

}  // namespace

std::unique_ptr<Checkpoint> fileCheckpoint(const StoredForm& form, std::string directory) {
  return std::make_unique<FileCheckpoint>(form, std::move(directory));
}

std::unique_ptr<Checkpoint> cacheCheckpoint() { return std::make_unique<CacheCheckpoint>(); }

}  // namespace millrace::core
