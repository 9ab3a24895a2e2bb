#pragma once

#include <memory>
#include <utility>

namespace millrace::core {

/// A new Class, as the Base by which it is used. What std::make_unique gives would be turned into the same, but the compiler
/// would make a std::unique_ptr<Class>, too, of every class of every type of records: it takes longer over that than over
/// most of the classes.
template <class Base, class Class, class... Args>
std::unique_ptr<Base> makeAs(Args&&... args) {
  return std::unique_ptr<Base>(new Class(std::forward<Args>(args)...));
}

}  // namespace millrace::core
