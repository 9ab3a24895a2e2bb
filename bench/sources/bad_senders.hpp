#pragma once

#include <string>

namespace millrace::bench {

/// A program with five socket streams: a sender that behaves, one that never ends a line, one that sends a line of 1 GiB
/// (times `scale`), one that sends bytes that are no text and resets its connections, and one whose host is gone without a
/// word. True if the first lost nothing and was not delayed, memory was bounded and the one that is gone was noticed in 30 s.
bool badSenders(const std::string& mode, double scale);

}  // namespace millrace::bench
