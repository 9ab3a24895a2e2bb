#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace millrace {

/// The root of everything the library throws.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A call got an argument it cannot work with; thrown at the line that misuses. (Spark: IllegalArgumentException)
class IllegalArgument : public Error {
 public:
  using Error::Error;
};

/// A call came at a time at which it is not allowed; thrown at the line that misuses. (Spark: IllegalStateException)
class IllegalState : public Error {
 public:
  using Error::Error;
};

/// The operation exists but cannot work here; the text names the alternative. (Spark: UnsupportedOperationException)
class Unsupported : public Error {
 public:
  using Error::Error;
};

/// Something failed at run time: a task, a batch, a file. (Spark: SparkException)
class SparkException : public Error {
 public:
  using Error::Error;
};

/// A record that could not be read as what the program asked for; carries the (shortened) text.
class BadRecord : public Error {
 public:
  using Error::Error;
};

/// Shows bytes from outside inside an error: at most `limit` of them, control characters and what is no UTF-8
/// escaped.
std::string shorten(std::string_view text, std::size_t limit = 64);

}  // namespace millrace
