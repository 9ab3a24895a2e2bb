#pragma once

#include <string>

namespace millrace::bench {

/// The network of a socket stream goes down, so that nothing that either side says arrives, and comes back later. True if the
/// receiver noticed within 30 s by TCP's keep-alive, and within seconds by an idle limit of 3 s, and then read on. Runs in a
/// network of the process's own; true, and a line says so, where the system grants none.
bool halfOpen(const std::string& mode);

}  // namespace millrace::bench
