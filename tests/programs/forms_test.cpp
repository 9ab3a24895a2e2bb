#include "forms.hpp"

#include <millrace/base/natural_order.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace millrace::programs {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
const std::vector<std::int64_t> kNumbers{kLeast, -1000, -1, 0, 1, 2, 9, 10, 1000, kMost};

/// What the model relies on: numbers come back as those that stand for them, and in their order.
template <class Form>
void expectCarriesNumbers() {
  for (std::int64_t one : kNumbers) {
    const Record record = Form::fit({one, one});
    EXPECT_EQ(Form::read(Form::carryKey(one)), record.first);
    EXPECT_EQ(Form::read(Form::carryValue(one)), record.second);
    EXPECT_EQ(Form::fit(record), record);
    for (std::int64_t other : kNumbers) {
      const Record with = Form::fit({other, other});
      EXPECT_EQ(NaturalLess{}(Form::carryKey(one), Form::carryKey(other)), record.first < with.first)
          << one << ' ' << other;
      EXPECT_EQ(NaturalLess{}(Form::carryValue(one), Form::carryValue(other)), record.second < with.second)
          << one << ' ' << other;
    }
  }
}

TEST(Forms, CarryNumbersInTheirOrder) {
  expectCarriesNumbers<Integers>();
  expectCarriesNumbers<Doubles>();
  expectCarriesNumbers<Texts>();
  expectCarriesNumbers<Structs>();
}

TEST(Forms, DoublesHaveNaNAndBothZeros) {
  EXPECT_TRUE(std::isnan(Doubles::carryKey(-1)));
  EXPECT_TRUE(std::signbit(Doubles::carryKey(0)));
  EXPECT_EQ(Doubles::carryKey(0), Doubles::carryKey(1));
  EXPECT_FALSE(std::signbit(Doubles::carryKey(1)));
}

TEST(Forms, DamageShows) {
  EXPECT_THROW(Texts::read(std::string_view("8000000000000q01")), std::logic_error);
  EXPECT_THROW(Texts::read(std::string_view("80")), std::logic_error);
  Labelled other = Structs::carryKey(3);
  other.label.back() = '4';
  EXPECT_THROW(Structs::read(other), std::logic_error);
}

TEST(Forms, OfAnUnknownNameAreRefused) { EXPECT_THROW(fitted("floats", {1, 2}), std::invalid_argument); }

}  // namespace
}  // namespace millrace::programs
