#include <millrace/rdd/core/reader.hpp>

namespace millrace::core {

ReaderBase::~ReaderBase() = default;

}  // namespace millrace::core
