#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/portable_data_stream.hpp>
#include <millrace/rdd/core/graph/engine.hpp>

#include <algorithm>

namespace millrace {

namespace {

std::unique_ptr<ReadableFile> open(const core::EnginePtr& engine, const std::string& path) {
  if (!engine) throw IllegalState("a PortableDataStream of no file: take it from binaryFiles");
  return engine->files().openForReading(path);
}

}  // namespace

std::uint64_t PortableDataStream::size() const { return open(engine_, path_)->size(); }

std::string PortableDataStream::toArray() const { return read(0, static_cast<std::size_t>(-1)); }

std::string PortableDataStream::read(std::uint64_t offset, std::size_t count) const {
  const auto file = open(engine_, path_);
  const std::uint64_t left = file->size() - std::min(offset, file->size());
  std::string bytes(std::min<std::uint64_t>(left, count), '\0');
  bytes.resize(file->readAt(offset, bytes));
  return bytes;
}

}  // namespace millrace
