#pragma once

#include <gtest/gtest.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <optional>
#include <random>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace millrace::test {

/// The number in the environment variable MILLRACE_SEED, which repeats a random test as it failed. A text that is no number
/// throws, so that nobody takes another run for the repetition.
inline std::optional<std::uint64_t> givenSeed() {
  const char* given = std::getenv("MILLRACE_SEED");
  if (given == nullptr) return std::nullopt;
  const std::string_view text = given;
  const char* const end = text.data() + text.size();
  std::uint64_t seed = 0;
  const auto [stopped, error] = std::from_chars(text.data(), end, seed);
  if (error != std::errc() || stopped != end)
    throw std::invalid_argument("MILLRACE_SEED is \"" + std::string(text) +
                                "\": give it the seed that the failed test has printed, a number");
  return seed;
}

/// The given seed, or another one in each run.
inline std::uint64_t seed() {
  if (const auto given = givenSeed()) return *given;
  return std::random_device{}();
}

/// The seed of a random test: every failure while it lives prints it, an exception that ends the test too.
class Seed {
 public:
  explicit Seed(std::uint64_t value = seed(),
                const std::source_location& where = std::source_location::current())
      : value_(value),
        where_(where),
        trace_(where.file_name(), static_cast<int>(where.line()), "seed " + std::to_string(value)) {}
  ~Seed() {
    if (std::uncaught_exceptions() > exceptions_)
      ADD_FAILURE_AT(where_.file_name(), static_cast<int>(where_.line())) << "an exception ends the test";
  }
  Seed(const Seed&) = delete;
  Seed& operator=(const Seed&) = delete;

  operator std::uint64_t() const { return value_; }

 private:
  const std::uint64_t value_;
  const std::source_location where_;
  const testing::ScopedTrace trace_;
  const int exceptions_ = std::uncaught_exceptions();
};

}  // namespace millrace::test
