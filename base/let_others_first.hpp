#pragma once

namespace millrace::core {

/// Makes the calling thread one that does not take the core from another when it is woken. For threads that serve others:
/// who wakes one goes on.
void letOthersFirst();

}  // namespace millrace::core
