#include <millrace/base/error.hpp>
#include <millrace/dstream/state/state_spec.hpp>

namespace millrace::core {

void checkTimeout(Duration idle) {
  if (idle < Duration(0))
    throw IllegalArgument("a time-out of states after " + idle.toString() + ": give a duration from 0 on");
}

}  // namespace millrace::core
