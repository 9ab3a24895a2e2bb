#include <millrace/rdd/core/records/reader.hpp>

namespace millrace::core {

ReaderBase::~ReaderBase() = default;

}  // namespace millrace::core
