#pragma once

namespace millrace::core {

/// What a program does at its start with a batch in which runs have died again and again: it does not start; it leaves out what
/// the batch reads; it runs the batch once more, and counts anew.
enum class PoisonPolicy { kStop, kSkip, kRetry };

}  // namespace millrace::core
