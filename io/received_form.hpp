#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/owned.hpp>
#include <millrace/io/serialized_block.hpp>
#include <millrace/rdd/core/graph/gather.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/reader.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <typeinfo>

namespace millrace::core {

/// What code that does not know the record type of a receiver needs to write its blocks, and to read them again.
struct ReceivedForm {
  std::string typeName;
  ConcatFn concat = nullptr;
  const RecordCodec* codec = nullptr;  // null, as the others, for records that have none
  /// Writes all records of a block, as Codec<std::vector<T>> does.
  void (*write)(ByteWriter& to, const Block& block) = nullptr;
  SerializedBlockFn read = nullptr;
};

template <class T>
void writeReceived(ByteWriter& to, const Block& block) {
  if (const auto* serialized = dynamic_cast<const SerializedBlock<T>*>(&block))
    return to.bytes(serialized->serialized());
  to.varint(block.records());
  const auto reader = typed<T>(block.open());
  for (Chunk<T> chunk = reader->next(); !chunk.empty(); chunk = reader->next()) {
    for (const T& record : chunk) {
      if constexpr (std::same_as<T, std::string_view>) {
        to.varint(record.size());
        to.bytes(record);
      } else {
        writeValue(to, record);
      }
    }
  }
}

/// Of records of type T: an owned type, or std::string_view.
template <class T>
const ReceivedForm& receivedForm() {
  static const ReceivedForm kForm = [] {
    ReceivedForm form{nameOf(typeid(owned_t<T>)), concatReaders<T>};
    if constexpr (kHasCodec<owned_t<T>>) {
      form.codec = recordCodec<owned_t<T>>();
      form.write = writeReceived<T>;
      form.read = serializedBlock<T>;
    }
    return form;
  }();
  return kForm;
}

}  // namespace millrace::core
