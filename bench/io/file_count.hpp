#pragma once

#include <string>

namespace millrace::bench {

/// Counts the words of a file in this process, which should be a fresh one: the most anonymous memory it had.
double peakOfFileCount(const std::string& path);

}  // namespace millrace::bench
