#pragma once

#include <millrace/rdd/core/run/operator_info.hpp>

#include <cstddef>
#include <exception>

namespace millrace::core {

/// What the input of a state or window throws is no harm to it: it holds the batches that it is owed, and makes up for them
/// once they can be read. With more of them than this it ends instead, so that it does not grow for ever.
inline constexpr std::size_t kMostOwed = 100;

/// What such a state or window fails with from then on.
std::exception_ptr tooMuchOwed(const OperatorInfo& info, const std::exception_ptr& cause);

}  // namespace millrace::core
