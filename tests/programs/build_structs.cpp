#include "builder.hpp"

namespace millrace::programs {

template void build<Structs>(const Program&, StreamingContext&, const std::shared_ptr<Progress>&);

}  // namespace millrace::programs
