#include <support/engines.hpp>

#include <millrace/base/file_system.hpp>

namespace millrace::test {

namespace {

std::unique_ptr<core::JobRunner> makeRunner(int threads) {
  if (threads == 1) return core::inlineJobRunner();
  return core::poolJobRunner(threads);
}

}  // namespace

std::string Shape::describe() const {
  return std::to_string(partitions) + " partitions, " + std::to_string(threads) + " threads, chunks of " +
         std::to_string(chunkSize);
}

const std::vector<Shape>& allShapes() {
  static const auto shapes = [] {
    std::vector<Shape> all;
    for (int partitions : {1, 2, 5}) {
      for (int threads : {1, 2, 4}) {
        for (std::size_t chunkSize : {1, 3, 1024}) all.push_back({partitions, threads, chunkSize});
      }
    }
    return all;
  }();
  return shapes;
}

core::EnginePtr makeEngine(const Shape& shape) {
  return std::make_shared<core::Engine>(makeRunner(shape.threads), shape.partitions,
                                        std::make_shared<LocalFileSystem>(), shape.chunkSize);
}

}  // namespace millrace::test
