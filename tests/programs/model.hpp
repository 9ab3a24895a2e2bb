#pragma once

#include "program.hpp"

namespace millrace::programs {

/// Runs a program in the plainest way: whole batches, one after another, in lists. What the engine gives has to equal
/// this, batch by batch, as multisets (records are sorted).
Outcome runModel(const Program& program);

}  // namespace millrace::programs
