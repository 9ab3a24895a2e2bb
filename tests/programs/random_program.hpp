#pragma once

#include "program.hpp"

#include <cstdint>
#include <functional>

namespace millrace::programs {

/// A program of 2 to 8 operators over one or two sources, with fan-out and unions, in one of the forms of records; the
/// same for the same seed. It keeps Spark's rules, so that only a missing RDD makes it fail.
Program randomProgram(std::uint64_t seed);

/// The smallest program that it finds for which `fails` still holds: without outputs, operators, batches and records
/// that do not matter.
Program shrink(Program program, const std::function<bool(const Program&)>& fails);

}  // namespace millrace::programs
