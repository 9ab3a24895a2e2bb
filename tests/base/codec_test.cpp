#include <millrace/base/codec.hpp>

#include <millrace/base/error.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <complex>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <ratio>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace millrace {

namespace {

struct Point {
  int x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};
struct Visit {
  std::string user;
  std::optional<Point> place;
  std::vector<std::pair<std::string, int>> pages;
  bool operator==(const Visit&) const = default;
};
struct Nothing {
  bool operator==(const Nothing&) const = default;
};
/// Looks like a duration and holds more.
struct Pulse {
  using rep = int;
  using period = std::ratio<60>;
  rep beats = 0;
  std::string whose;
  rep count() const { return beats; }
  bool operator==(const Pulse&) const = default;
};
struct View {
  int number;
  std::string_view text;
};
struct Deep {
  std::vector<std::optional<View>> views;
};
struct Tree {
  int value = 0;
  std::vector<Tree> children;
  bool operator==(const Tree&) const = default;
};
class Account {
 public:
  Account() = default;
  Account(std::string owner, int cents) : owner_(std::move(owner)), cents_(cents) {}
  bool operator==(const Account&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(owner_, cents_);
  }

 private:
  std::string owner_;
  int cents_ = 0;
};
struct Outside {
  std::string text;
  int numbers[2] = {};
  bool operator==(const Outside&) const = default;
};
template <class Archive>
void serialize(Archive& archive, Outside& record) {
  archive& record.text& record.numbers[0] & record.numbers[1];
}
class Celsius {
 public:
  explicit Celsius(int degrees) : degrees_(degrees) {}
  int degrees() const { return degrees_; }
  bool operator==(const Celsius&) const = default;

 private:
  int degrees_;
};
enum class Colour : std::uint8_t { kRed, kGreen };

}  // namespace

template <>
struct Codec<Celsius> {
  static void write(ByteWriter& to, const Celsius& value) {
    to.varint(static_cast<std::uint64_t>(value.degrees() + 300));
  }
  static Celsius read(ByteReader& from) { return Celsius(static_cast<int>(from.varint()) - 300); }
};

namespace {

static_assert(kHasCodec<int> && kHasCodec<std::string> && kHasCodec<Visit> && kHasCodec<Tree> &&
              kHasCodec<Celsius>);
static_assert(kHasCodec<std::map<std::string, std::vector<Visit>>> && kHasCodec<std::monostate>);
static_assert(!kHasCodec<std::string_view> && !kHasCodec<View> && !kHasCodec<Deep> && !kHasCodec<int*>);
static_assert(!kHasCodec<std::unique_ptr<int>> && !kHasCodec<std::span<int>> &&
              !kHasCodec<std::pair<int, int*>>);
static_assert(!kHasCodec<std::reference_wrapper<int>> && !kHasCodec<std::vector<int>::iterator>);
static_assert(kBorrows<View> && kBorrows<Deep> && kBorrows<std::string_view> && !kBorrows<Visit> &&
              !kBorrows<Tree>);

template <class T>
std::string written(const T& value) {
  ByteWriter to;
  Codec<T>::write(to, value);
  return to.written();
}
template <class T>
T readAgain(std::string_view bytes) {
  ByteReader from(bytes);
  T value = Codec<T>::read(from);
  EXPECT_EQ(from.remaining(), 0u);
  return value;
}
template <class T>
void expectSame(const T& value) {
  const std::string bytes = written(value);
  EXPECT_GE(bytes.size(), 1u);
  EXPECT_TRUE(readAgain<T>(bytes) == value) << core::recordCodec<T>()->typeName;
  // In a container each element has to take its byte.
  const std::vector<T> three{value, value, value};
  EXPECT_TRUE(readAgain<std::vector<T>>(written(three)) == three) << core::recordCodec<T>()->typeName;
}

const Visit kVisit{"ann", Point{3, -0.5}, {{"a", 1}, {std::string(300, 'b'), 2}}};

TEST(Codec, GivesBackWhatWasWritten) {
  expectSame(true);
  expectSame('c');
  expectSame(std::numeric_limits<std::int64_t>::min());
  expectSame(std::uint16_t{65'535});
  expectSame(-0.25f);
  expectSame(Colour::kGreen);
  expectSame(std::string());
  expectSame(std::string("text \0\xFF", 7));
  expectSame(std::u16string(u"text"));
  expectSame(std::vector<int>{1, -2, 3});
  expectSame(std::vector<bool>{true, false});
  expectSame(std::vector<std::string>{});
  expectSame(std::deque<std::string>{"a", ""});
  expectSame(std::list<std::vector<double>>{{1.5}, {}});
  expectSame(std::set<int>{3, 1});
  expectSame(std::map<std::string, int>{{"a", 1}, {"b", 2}});
  expectSame(std::unordered_map<int, std::string>{{1, "a"}, {2, "b"}});
  expectSame(std::array<std::string, 2>{"a", "b"});
  expectSame(std::array<int, 0>{});
  expectSame(std::optional<std::string>("a"));
  expectSame(std::optional<int>());
  expectSame(std::variant<int, std::string>("a"));
  expectSame(std::variant<std::monostate, int>());
  expectSame(std::pair<std::string, std::int64_t>("a", 1));
  expectSame(std::tuple<>());
  expectSame(std::tuple<int, std::string, double>(1, "b", 2.5));
  expectSame(std::chrono::milliseconds(-5));
  expectSame(std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000)));
  expectSame(std::complex<double>(1, -2));
  expectSame(kVisit);
  expectSame(Nothing());
  expectSame(Pulse{70, "ann"});
  expectSame(Tree{1, {Tree{2, {}}, Tree{3, {Tree{4, {}}}}}});
  expectSame(Account("ann", 12'345));
  expectSame(Outside{"a", {1, 2}});
  expectSame(Celsius(-40));
  expectSame(std::vector<Celsius>{Celsius(1), Celsius(2)});
}

TEST(Codec, WritesCompactly) {
  EXPECT_EQ(written(std::string("abc")), "\3abc");
  EXPECT_EQ(written(std::int32_t{1}), std::string("\1\0\0\0", 4));
  EXPECT_EQ(written(std::pair(std::string("k"), std::optional<char>())), std::string("\1k\0", 3));
  EXPECT_EQ(written(std::vector<std::uint8_t>(200, 7)), "\xC8\1" + std::string(200, 7));
}

TEST(Codec, WritesDurationsAndTimesAsTheirCounts) {
  using Minutes = std::chrono::duration<float, std::ratio<60>>;
  EXPECT_EQ(written(std::chrono::milliseconds(-2)), written(std::int64_t{-2}));
  EXPECT_EQ(written(Minutes(1.5f)), written(1.5f));
  EXPECT_EQ(written(std::chrono::sys_seconds(std::chrono::seconds(3))), written(std::int64_t{3}));
  EXPECT_EQ(written(std::chrono::sys_time<Minutes>(Minutes(1.5f))), written(1.5f));
}

TEST(Codec, TableHasTheSameWithoutTheType) {
  const core::RecordCodec* codec = core::recordCodec<Visit>();
  ASSERT_NE(codec, nullptr);
  ByteWriter to;
  codec->write(to, &kVisit);
  EXPECT_EQ(to.written(), written(kVisit));
  alignas(Visit) std::byte room[sizeof(Visit)];
  ByteReader from(to.written());
  codec->read(from, room);
  auto* visit = reinterpret_cast<Visit*>(room);
  EXPECT_EQ(*visit, kVisit);
  visit->~Visit();
  EXPECT_NE(codec->typeName.find("Visit"), std::string::npos);
  EXPECT_EQ(core::recordCodec<View>(), nullptr);
  EXPECT_EQ(core::recordCodec<std::unique_ptr<int>>(), nullptr);
}

TEST(Codec, ShapesTellRecordsApart) {
  const auto shape = []<class T>(std::type_identity<T>) { return core::recordCodec<T>()->shape; };
  EXPECT_EQ(shape(std::type_identity<std::pair<std::string, std::int64_t>>()), "(s,i8)");
  EXPECT_EQ(shape(std::type_identity<Visit>()), "{s,?{i4,f8},[(s,i4)]}");
  EXPECT_EQ(shape(std::type_identity<Tree>()), "{i4,[~]}");
  EXPECT_EQ((shape(std::type_identity<std::variant<bool, std::array<Colour, 3>>>())), "<b1,[3*u1]>");
  EXPECT_EQ(shape(std::type_identity<std::map<std::string, int>>()),
            shape(std::type_identity<std::vector<std::pair<std::string, int>>>()));
  EXPECT_EQ(shape(std::type_identity<std::chrono::milliseconds>()), "t(1/1000 i8)");
  EXPECT_EQ(shape(std::type_identity<std::chrono::sys_seconds>()), "t(t(1/1 i8))");
  EXPECT_EQ(shape(std::type_identity<Account>()), "o");
}

// Whatever the bytes are, reading gives a value or says which byte is wrong.
template <class T>
void expectHarmless(const T& value, std::mt19937_64& random) {
  const std::string bytes = written(value);
  const auto read = [](const std::string& hostile) {
    ByteReader from(hostile);
    try {
      static_cast<void>(Codec<T>::read(from));
    } catch (const BadRecord& error) {
      EXPECT_EQ(std::string_view(error.what()).substr(0, 8), "at byte ");
    }
  };
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader from(std::string_view(bytes).substr(0, size));
    EXPECT_THROW(static_cast<void>(Codec<T>::read(from)), BadRecord) << "cut at " << size;
  }
  for (int round = 0; round < 300; ++round) {
    std::string hostile = bytes;
    for (auto flips = 1 + random() % 4; flips > 0; --flips)
      hostile[random() % hostile.size()] = static_cast<char>(random() % 3 ? random() : 0xFF);
    read(hostile);
    std::string noise(random() % 40, '\0');
    for (char& byte : noise) byte = static_cast<char>(random() % 2 ? random() : 0xFF);
    read(noise);
  }
}

TEST(Codec, HostileBytesAreHarmless) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  expectHarmless(kVisit, random);
  expectHarmless(std::vector<std::string>{"a", "b"}, random);
  expectHarmless(std::vector<std::int64_t>{1, 2}, random);
  expectHarmless(std::map<std::string, std::vector<Nothing>>{{"a", {{}, {}}}}, random);
  expectHarmless(std::variant<int, std::string>("text"), random);
  expectHarmless(Tree{1, {Tree{2, {}}}}, random);
  expectHarmless(Account("ann", 1), random);
  expectHarmless(std::vector<Celsius>{Celsius(1)}, random);
  expectHarmless(std::optional<std::tuple<bool, std::string>>(std::tuple(true, "a")), random);
}

TEST(Codec, CountsAreComparedWithTheBytesThatAreLeft) {
  const auto messageOf = []<class T>(std::type_identity<T>, std::string_view bytes) -> std::string {
    ByteReader from(bytes);
    try {
      static_cast<void>(Codec<T>::read(from));
    } catch (const BadRecord& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  const std::string huge = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F";
  EXPECT_EQ(messageOf(std::type_identity<std::vector<Visit>>(), huge + "ab"),
            "at byte 9 of 11: 9223372036854775807 bytes or elements should follow, but 2 bytes are left");
  EXPECT_EQ(messageOf(std::type_identity<std::vector<std::int64_t>>(), "\3aaaaaaaabbbbbbbb"),
            "at byte 1 of 17: 3 bytes or elements should follow, but 16 bytes are left");
  EXPECT_EQ(messageOf(std::type_identity<std::string>(), huge),
            "at byte 9 of 9: 9223372036854775807 bytes or elements should follow, but 0 bytes are left");
  EXPECT_EQ(messageOf(std::type_identity<std::string>(), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"),
            "at byte 10 of 10: a number of more than 64 bits");
  EXPECT_EQ(messageOf(std::type_identity<bool>(), "\2"), "at byte 1 of 1: a truth value is 2");
  EXPECT_EQ((messageOf(std::type_identity<std::variant<int, bool>>(), "\2")),
            "at byte 1 of 1: a variant has no alternative 2");
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += std::string("\0\0\0\0\1", 5);
  EXPECT_NE(messageOf(std::type_identity<Tree>(), deep).find("nested more than 100 deep"), std::string::npos);
}

}  // namespace
}  // namespace millrace
