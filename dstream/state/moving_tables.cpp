#include <millrace/dstream/state/moving_tables.hpp>

namespace millrace::core {

MovingTables::~MovingTables() = default;

}  // namespace millrace::core
