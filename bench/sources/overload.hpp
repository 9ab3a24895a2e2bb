#pragma once

#include <chrono>
#include <string>

namespace millrace::bench {

/// How the records of a program under overload are taken.
enum class Taken { kByRecord, kByBatch };

/// Sends a program with default settings ten times the lines that its output can take, then three tenths of that. True if
/// memory was bounded, batches ended within an interval again 30 s after the overload at the latest, and each line has been
/// processed once.
bool overload(const std::string& mode, Taken taken, std::chrono::seconds overloaded,
              std::chrono::seconds calm);

}  // namespace millrace::bench
