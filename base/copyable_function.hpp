#pragma once

#include <cstddef>
#include <functional>
#include <new>
#include <type_traits>
#include <utility>

namespace millrace {

template <class Signature>
class CopyableFunction;

namespace core {

/// Owns a callable whose type is erased. A copy of the holder holds a copy of the callable.
class HeldCallable {
 public:
  template <class F>
  explicit HeldCallable(F callable) {
    if constexpr (kStaysHere<F>) {
      ::new (static_cast<void*>(bytes_)) F(std::move(callable));
    } else {
      static constexpr Kind kKind{
          [](const void* held) -> void* { return new F(*static_cast<const F*>(held)); },
          [](void* held) { delete static_cast<F*>(held); }};
      held_ = new F(std::move(callable));
      kind_ = &kKind;
    }
  }
  HeldCallable(const HeldCallable& other) {
    if (other.kind_ != nullptr) {
      held_ = other.kind_->copy(other.held_);
      kind_ = other.kind_;
    } else {
      __builtin_memcpy(bytes_, other.bytes_, sizeof bytes_);
    }
  }
  HeldCallable(HeldCallable&& other) noexcept : kind_(std::exchange(other.kind_, nullptr)) {
    __builtin_memcpy(bytes_, other.bytes_, sizeof bytes_);
  }
  HeldCallable& operator=(const HeldCallable&) = delete;
  ~HeldCallable() {
    if (kind_ != nullptr) kind_->destroy(held_);
  }

  void* get() { return kind_ != nullptr ? held_ : bytes_; }
  const void* get() const { return kind_ != nullptr ? held_ : bytes_; }

 private:
  struct Kind {
    void* (*copy)(const void*);
    void (*destroy)(void*);
  };
  static constexpr std::size_t kRoom = 3 * sizeof(void*);
  template <class F>
  static constexpr bool kStaysHere =
      std::is_trivially_copyable_v<F> && sizeof(F) <= kRoom && alignof(F) <= alignof(void*);

  const Kind* kind_ = nullptr;
  union {
    void* held_;
    std::byte bytes_[kRoom] = {};
  };
};

}  // namespace core

/// A callable that is copied with its owner, as C++26's std::copyable_function. For a lambda that captures little the
/// compiler has one function to make, where std::function or a class template over the lambda costs several. Not to be
/// called once moved from.
template <class R, class... Args>
class CopyableFunction<R(Args...)> {
 public:
  template <class F>
    requires(!std::is_same_v<F, CopyableFunction> && std::is_invocable_r_v<R, F&, Args...>)
  CopyableFunction(F callable)
      : held_(std::move(callable)), call_([](void* held, Args... args) -> R {
          return std::invoke(*static_cast<F*>(held), std::forward<Args>(args)...);
        }) {}

  R operator()(Args... args) { return call_(held_.get(), std::forward<Args>(args)...); }

 private:
  core::HeldCallable held_;
  R (*call_)(void*, Args...);
};

}  // namespace millrace
