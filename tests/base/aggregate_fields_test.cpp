#include <millrace/base/aggregate_fields.hpp>

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

namespace millrace::core {
namespace {

struct None {};
struct One {
  std::string text;
};
struct Inner {
  int a;
  double b;
};
struct Many {
  int number;
  std::string text;
  Inner inner;
  std::array<int, 3> fixed;
  std::vector<int> several;
  std::map<std::string, int> named;
  std::optional<Inner> perhaps;
  std::variant<int, std::string> either;
  std::pair<int, int> both;
  std::string_view view;
};
struct WithDefault {
  int a = 1;
  std::string b = "b";
};
struct HasArray {
  char name[8];
  int number;
};
struct ArrayLast {
  std::string text;
  int numbers[3];
};
struct ArrayOfOne {
  int only[1];
};
struct Derived : Inner {
  int c;
};
struct OfEmptyBase : None {
  int c;
};
class Closed {
 public:
  int number() const { return number_; }

 private:
  int number_ = 0;
};
struct Reference {
  int& number;
};
struct TooMany {
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u;
};
struct Twenty {
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t;
};

static_assert(fieldCount<None>() == 0);
static_assert(fieldCount<One>() == 1);
static_assert(fieldCount<Inner>() == 2);
static_assert(fieldCount<Many>() == 10);
static_assert(fieldCount<WithDefault>() == 2);
static_assert(fieldCount<Twenty>() == 20);
static_assert(fieldCount<ArrayOfOne>() == 1);
static_assert(fieldCount<TooMany>() == -1);
static_assert(fieldCount<HasArray>() == -1);
static_assert(fieldCount<ArrayLast>() == -1);
static_assert(fieldCount<Derived>() == -1);
static_assert(fieldCount<OfEmptyBase>() == -1);
static_assert(fieldCount<Closed>() == -1);
static_assert(fieldCount<Reference>() == -1);
static_assert(fieldCount<int>() == -1);
static_assert(fieldCount<std::string>() == -1);
static_assert(std::is_same_v<FieldsOf<Inner>, std::tuple<int&, double&>>);

TEST(FieldsOf, ReferToTheFields) {
  Inner inner{1, 2.5};
  EXPECT_EQ(fieldsOf(std::as_const(inner)), std::make_tuple(1, 2.5));
  std::get<0>(fieldsOf(inner)) = 7;
  EXPECT_EQ(inner.a, 7);
  None none;
  EXPECT_EQ(fieldsOf(none), std::tuple<>());
  Twenty twenty{};
  std::get<19>(fieldsOf(twenty)) = 5;
  EXPECT_EQ(twenty.t, 5);
}

}  // namespace
}  // namespace millrace::core
