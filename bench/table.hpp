#pragma once

#include "harness.hpp"

#include <string>

namespace millrace::bench {

/// The document's beginning: when, where and how it was measured, and the table's head.
std::string tableHead(int rounds);
std::string tableLine(const Line& line);

}  // namespace millrace::bench
