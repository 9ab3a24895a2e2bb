#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace millrace::core {

/// A run of records that a reader gives. Valid until the reader is asked again. `movable`: nobody else will read these
/// records, so their contents may be moved out.
template <class T>
struct Chunk {
  const T* data = nullptr;
  std::size_t size = 0;
  bool movable = false;

  bool empty() const { return size == 0; }
  const T* begin() const { return data; }
  const T* end() const { return data + size; }
};

struct ReaderBase {
  virtual ~ReaderBase();
  /// What has to live as long as this reader: the stored partition that it reads, or the operator that it works for.
  std::shared_ptr<const void> source;
};
using ReaderPtr = std::unique_ptr<ReaderBase>;

/// Gives one chunk per call. An empty chunk means "end", or "nothing for now": a reader may be asked again after it,
/// and goes on if its input has got more. So the same operators serve a batch and a long-lived graph.
///
/// A narrow operator makes each output chunk from exactly one input chunk, so views into the input stay valid while
/// the output is read.
template <class T>
struct Reader : ReaderBase {
  virtual Chunk<T> next() = 0;
};

template <class T>
using TypedReader = std::unique_ptr<Reader<T>>;

/// Gives an untyped reader its record type back; the caller knows it from the graph.
template <class T>
TypedReader<T> typed(ReaderPtr reader) {
  return TypedReader<T>(static_cast<Reader<T>*>(reader.release()));
}

/// The reader of nothing.
template <class T>
struct EmptyReader final : Reader<T> {
  Chunk<T> next() override { return {}; }
};

/// How many records a reader gives.
template <class T>
std::int64_t countRecords(ReaderPtr untyped) {
  auto reader = typed<T>(std::move(untyped));
  std::int64_t records = 0;
  for (Chunk<T> chunk = reader->next(); !chunk.empty(); chunk = reader->next())
    records += static_cast<std::int64_t>(chunk.size);
  return records;
}

}  // namespace millrace::core
