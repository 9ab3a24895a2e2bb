#pragma once

#include <utility>

namespace millrace::core {

/// Calls a function at the end of the scope it stands in, also when that is left by an exception. The function must not
/// throw.
template <class F>
class ScopeExit {
 public:
  explicit ScopeExit(F function) : function_(std::move(function)) {}
  ~ScopeExit() { function_(); }
  ScopeExit(const ScopeExit&) = delete;
  ScopeExit& operator=(const ScopeExit&) = delete;

 private:
  F function_;
};

}  // namespace millrace::core
