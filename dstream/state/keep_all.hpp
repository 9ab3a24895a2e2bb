#pragma once

namespace millrace::core {

/// Lets every pair pass: the filter of a window without one.
struct KeepAll {
  template <class P>
  bool operator()(const P&) const {
    return true;
  }
};

}  // namespace millrace::core
