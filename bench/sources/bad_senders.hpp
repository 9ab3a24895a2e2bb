#pragma once

#include <string>

namespace millrace::bench {

/// A program with four socket streams: a sender that behaves, one that never ends a line, one that sends a line of 1 GiB
/// (times `scale`), and one that sends bytes that are no text and resets its connections. True if the first lost nothing and
/// 99 of 100 of its lines came at most a tenth later than before, and 20 ms, and memory was bounded.
bool badSenders(const std::string& mode, double scale);

}  // namespace millrace::bench
