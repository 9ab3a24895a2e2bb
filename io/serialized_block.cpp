#include <millrace/io/serialized_block.hpp>

#include <millrace/base/log.hpp>

#include <utility>

namespace millrace::core {

SerializedBytes::SerializedBytes(std::string bytes, std::string origin)
    : bytes_(std::move(bytes)), origin_(std::move(origin)) {
  ByteReader from(bytes_);
  records_ = from.count();
  start_ = from.position();
}

void SerializedBytes::damaged(const std::string& what, std::size_t recordsLost) const {
  if (saidSo_.exchange(true)) return;
  logError("a block of serialized records is damaged; what follows in it is left out",
           {{"from", origin_}, {"error", what}, {"bytes", bytes_.size()}, {"records_lost", recordsLost}});
}

}  // namespace millrace::core
