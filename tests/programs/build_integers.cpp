#include "builder.hpp"

namespace millrace::programs {

template void build<Integers>(const Program&, StreamingContext&, const std::shared_ptr<Progress>&);

}  // namespace millrace::programs
