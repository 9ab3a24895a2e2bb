#pragma once

#include <millrace/base/error.hpp>
#include <millrace/base/show.hpp>

#include <optional>
#include <ostream>
#include <string>
#include <utility>

namespace millrace {

namespace core {
template <class K, class V, class F, class S>
class KeyedStates;
}

/// The state of one key, as the function of mapWithState sees it. Valid only during the call. (Spark: State)
template <class S>
class State {
 public:
  bool exists() const { return value_.has_value(); }
  /// IllegalState where there is none.
  const S& get() const {
    if (!value_)
      throw IllegalState("State::get() of a key without state: ask exists() first, or use getOption()");
    return *value_;
  }
  std::optional<S> getOption() const { return value_; }

  /// IllegalArgument after remove() and while timing out.
  void update(S state) {
    refuseIf(removed_, "State::update() after remove(): the key has no state any more");
    refuseIf(timingOut_, "State::update() while the state times out: it is removed after this call");
    value_ = std::move(state);
    updated_ = true;
  }
  /// IllegalArgument a second time, and while timing out.
  void remove() {
    refuseIf(removed_, "State::remove() a second time: the key has no state any more");
    refuseIf(timingOut_, "State::remove() while the state times out: it is removed after this call");
    value_.reset();
    removed_ = true;
    updated_ = false;
  }
  /// True when the function is called because no record of the key has come during the time-out; the state is removed
  /// afterwards.
  bool isTimingOut() const { return timingOut_; }

  /// Shows the state, or that there is none.
  friend std::ostream& operator<<(std::ostream& out, const State& state) {
    if (!state.value_) return out << "<state not set>";
    show(out, *state.value_);
    return out;
  }

 private:
  template <class K, class V, class F, class State>
  friend class core::KeyedStates;

  /// Moves the state out of `held`; the key has no state if that is null.
  State(S* held, bool timingOut) : timingOut_(timingOut) {
    if (held != nullptr) value_.emplace(std::move(*held));
  }

  static void refuseIf(bool wrong, const char* sentence) {
    if (wrong) throw IllegalArgument(sentence);
  }

  std::optional<S> value_;
  bool timingOut_;
  bool updated_ = false;
  bool removed_ = false;
};

}  // namespace millrace
