#include <millrace/base/held_bytes.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace millrace {
namespace {

struct Pixel {
  int x = 0;
  double y = 0;
};
struct Page {
  std::string title;
  std::vector<std::string> lines;
  int number = 0;
};
struct Branch {
  std::vector<Branch> children;
};

/// Holds much, behind a pointer that nobody else sees.
class Picture {
 public:
  Picture() : pixels_(std::make_shared<std::vector<char>>(1000)) {}
  std::size_t size() const { return pixels_->size(); }

 private:
  std::shared_ptr<std::vector<char>> pixels_;
};

}  // namespace

template <>
struct HeldBytes<Picture> {
  static std::size_t of(const Picture& picture) { return picture.size(); }
};

namespace {

using Pair = std::pair<std::string_view, int>;
static_assert(!kHoldsMemory<int> && !kHoldsMemory<Pixel> && !kHoldsMemory<std::string_view> &&
              !kHoldsMemory<Pair>);
static_assert(!kHoldsMemory<std::array<Pixel, 3>> && !kHoldsMemory<std::chrono::milliseconds>);
static_assert(!kHoldsMemory<std::shared_ptr<std::string>>, "it may be shared");
static_assert(kHoldsMemory<Picture> && kHoldsMemory<Branch> && kHoldsMemory<Page>);

const std::string kLong(100, 'x');

TEST(HeldBytes, CountsTextsBeyondTheirInlineSize) {
  EXPECT_EQ(heldBytes(std::string("short")), 0U);
  EXPECT_EQ(heldBytes(kLong), 100U);
  EXPECT_EQ(heldBytes(std::string_view(kLong)), 0U);
}

TEST(HeldBytes, AddsUpThePartsOfARecord) {
  EXPECT_EQ(heldBytes(std::pair(kLong, 1)), 100U);
  EXPECT_EQ(heldBytes(std::tuple(1, kLong, std::pair(kLong, kLong))), 300U);
  EXPECT_EQ(heldBytes(std::optional(kLong)), 100U);
  EXPECT_EQ(heldBytes(std::optional<std::string>()), 0U);
  EXPECT_EQ(heldBytes(std::array{kLong, kLong}), 200U);
  using Either = std::variant<int, std::string>;
  EXPECT_EQ(heldBytes(Either(1)), 0U);
  EXPECT_EQ(heldBytes(Either(kLong)), 100U);
  EXPECT_EQ(heldBytes(Page{kLong, {kLong}, 1}), 200U + sizeof(std::string));
}

TEST(HeldBytes, CountsElementsAndWhatTheyHold) {
  EXPECT_EQ(heldBytes(std::vector<int>(5)), 5 * sizeof(int));
  EXPECT_EQ(heldBytes(std::vector<std::string>(2, kLong)), 2 * (sizeof(std::string) + 100));
  EXPECT_EQ(heldBytes(std::vector<bool>(1000)), 1000U);
  EXPECT_GE(heldBytes(std::map<std::string, int>{{kLong, 1}}),
            100 + sizeof(std::pair<const std::string, int>));
  EXPECT_GE(heldBytes(std::list<int>(3)), 3 * sizeof(int));
  EXPECT_EQ(heldBytes(Branch{std::vector<Branch>(2)}), 2 * sizeof(Branch));
}

TEST(HeldBytes, AsksTypesThatSaySoThemselves) {
  EXPECT_EQ(heldBytes(Picture()), 1000U);
  EXPECT_EQ(heldBytes(std::pair(Picture(), kLong)), 1100U);
}

}  // namespace
}  // namespace millrace
