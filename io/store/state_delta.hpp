#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace millrace::core {

/// Takes the changes of one state, key by key, in any order; keys and values are bytes, as codecs wrote them. A key comes at
/// most once. The views are valid during the call only.
class DeltaSink {
 public:
  virtual ~DeltaSink() = default;
  /// The key has this value now.
  virtual void put(std::string_view key, std::string_view value) = 0;
  /// The key is gone.
  virtual void remove(std::string_view key) = 0;
};

/// What changed in one partition of one operator's state since the last cut. It is a copy, made where the state is changed;
/// it is encoded and written by another thread while the state moves on.
class StateDelta {
 public:
  virtual ~StateDelta() = default;
  /// Encodes all changes into the sink.
  virtual void writeTo(DeltaSink& sink) const = 0;
  /// How many keys changed.
  virtual std::size_t changes() const = 0;
  /// True if it is the whole state: what is not in it is gone.
  virtual bool isWhole() const = 0;
};
using StateDeltaPtr = std::shared_ptr<const StateDelta>;

}  // namespace millrace::core
