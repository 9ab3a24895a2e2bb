#pragma once

#include <millrace/base/aggregate_fields.hpp>
#include <millrace/base/byte_archive.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <functional>
#include <iterator>
#include <new>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>

namespace millrace {

/// How records of type T become bytes, for files and snapshots. These types need nothing: numbers and enums, strings,
/// containers, optional, variant, pair, tuple, std::array, chrono's durations and times; trivially copyable classes
/// (one that hides a pointer needs a codec of its own); plain structs of all these, field by field: up to 20 fields, no
/// base class, array of C or bit-field. Any other type is written by the first of these that it has:
///   - a specialisation: `template <> struct millrace::Codec<Point> { static void write(ByteWriter&, const Point&);
///     static Point read(ByteReader&); };`
///   - a member or free function `template <class A> void serialize(A& archive) { archive(x, y); }`, which both writes
///     and reads, so it must not change a record that is written; the type needs a default value.
template <class T>
struct Codec;

namespace core {

class SavingArchive;
class LoadingArchive;

enum class CodecKind {
  kNone,
  kOwn,
  kSerialize,
  kText,
  kNumber,
  kSequence,
  kArray,
  kOptional,
  kVariant,
  kTuple,
  kDuration,
  kTime,
  kMemory,
  kFields
};

template <class T>
concept HasOwnCodec =
    !requires { typename Codec<T>::BuiltIn; } && requires(ByteWriter& to, ByteReader& from, const T& value) {
      Codec<T>::write(to, value);
      { Codec<T>::read(from) } -> std::same_as<T>;
    };
template <class T>
concept HasSerializeMember = requires(T& record, SavingArchive& archive) { record.serialize(archive); };
template <class T>
concept HasSerializeFunction = requires(T& record, SavingArchive& archive) { serialize(archive, record); };

template <class T>
struct ShapeOf {
  static constexpr CodecKind kKind = CodecKind::kNone;
};
template <class T>
struct ShapeOf<std::optional<T>> {
  static constexpr CodecKind kKind = CodecKind::kOptional;
  using Parts = std::tuple<T>;
};
template <class... Ts>
struct ShapeOf<std::variant<Ts...>> {
  static constexpr CodecKind kKind = CodecKind::kVariant;
  using Parts = std::tuple<Ts...>;
};
template <class A, class B>
struct ShapeOf<std::pair<A, B>> {
  static constexpr CodecKind kKind = CodecKind::kTuple;
  using Parts = std::tuple<A, B>;
};
template <class... Ts>
struct ShapeOf<std::tuple<Ts...>> {
  static constexpr CodecKind kKind = CodecKind::kTuple;
  using Parts = std::tuple<Ts...>;
};
template <class T, std::size_t N>
struct ShapeOf<std::array<T, N>> {
  static constexpr CodecKind kKind = CodecKind::kArray;
  using Parts = std::tuple<T>;
};
template <class Rep, class Period>
struct ShapeOf<std::chrono::duration<Rep, Period>> {
  static constexpr CodecKind kKind = CodecKind::kDuration;
  using Parts = std::tuple<Rep>;
};
template <class Clock, class Since>
struct ShapeOf<std::chrono::time_point<Clock, Since>> {
  static constexpr CodecKind kKind = CodecKind::kTime;
  using Parts = std::tuple<Since>;
};

/// The element of a container as it is read before it is inserted: without the const of a map's key.
template <class T>
struct Unfixed {
  using type = T;
};
template <class K, class V>
struct Unfixed<std::pair<const K, V>> {
  using type = std::pair<K, V>;
};
template <class C>
using ElementOf = typename Unfixed<typename C::value_type>::type;

template <class T>
concept Growing = std::ranges::forward_range<T> && std::default_initializable<T> && !std::ranges::view<T> &&
                  requires(T& container, typename T::value_type element) {
                    container.insert(container.end(), std::move(element));
                    container.clear();
                  };

template <class T>
inline constexpr bool kIsReference = false;
template <class T>
inline constexpr bool kIsReference<std::reference_wrapper<T>> = true;

/// Types that show memory of others: they have no codec.
template <class T>
concept Borrowing = std::is_pointer_v<T> || std::is_member_pointer_v<T> || std::ranges::view<T> ||
                    std::input_or_output_iterator<T> || kIsReference<T>;

template <class T>
consteval CodecKind codecKind() {
  if constexpr (!std::is_same_v<T, std::remove_cvref_t<T>>) {
    return CodecKind::kNone;
  } else if constexpr (HasOwnCodec<T>) {
    return CodecKind::kOwn;
  } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
    return CodecKind::kNumber;
  } else if constexpr (Borrowing<T> || !std::is_class_v<T>) {
    return CodecKind::kNone;
  } else if constexpr (HasSerializeMember<T> || HasSerializeFunction<T>) {
    return CodecKind::kSerialize;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return CodecKind::kText;
  } else if constexpr (ShapeOf<T>::kKind != CodecKind::kNone) {
    return ShapeOf<T>::kKind;
  } else if constexpr (Growing<T>) {
    return CodecKind::kSequence;
  } else if constexpr (std::is_aggregate_v<T>) {
    return fieldCount<T>() < 0 ? CodecKind::kNone : CodecKind::kFields;
  } else if constexpr (std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T>) {
    return CodecKind::kMemory;
  } else {
    return CodecKind::kNone;
  }
}

template <class T>
struct PartsOf {
  using type = std::tuple<>;
};
template <class T>
  requires(codecKind<T>() != CodecKind::kSerialize && codecKind<T>() != CodecKind::kOwn) &&
          requires { typename ShapeOf<T>::Parts; }
struct PartsOf<T> {
  using type = typename ShapeOf<T>::Parts;
};
template <class T>
  requires(codecKind<T>() == CodecKind::kSequence)
struct PartsOf<T> {
  using type = std::tuple<ElementOf<T>>;
};
template <class T>
  requires(codecKind<T>() == CodecKind::kFields)
struct PartsOf<T> {
  template <class... Fields>
  static std::tuple<Fields...> partsOf(std::tuple<Fields&...>);
  using type = decltype(partsOf(std::declval<FieldsOf<T>>()));
};

/// Whether all parts of T, at every depth, have a codec, and whether one of them borrows. `Around` are the types that T
/// is part of, so that a type that contains itself is looked into once.
template <class T, class... Around>
consteval bool hasCodec() {
  if constexpr ((std::is_same_v<T, Around> || ...)) {
    return true;
  } else if constexpr (codecKind<T>() == CodecKind::kNone) {
    return false;
  } else {
    return []<class... Parts>(std::type_identity<std::tuple<Parts...>>) {
      return (hasCodec<Parts, T, Around...>() && ...);
    }(std::type_identity<typename PartsOf<T>::type>());
  }
}
template <class T, class... Around>
consteval bool borrows() {
  if constexpr ((std::is_same_v<T, Around> || ...)) {
    return false;
  } else if constexpr (Borrowing<T>) {
    return true;
  } else {
    return []<class... Parts>(std::type_identity<std::tuple<Parts...>>) {
      return (borrows<Parts, T, Around...>() || ...);
    }(std::type_identity<typename PartsOf<T>::type>());
  }
}

template <class T>
void writeValue(ByteWriter& to, const T& value);
template <class T>
T readValue(ByteReader& from);

}  // namespace core

/// A type whose records can be written and read.
template <class T>
inline constexpr bool kHasCodec = core::hasCodec<T>();

/// A type that holds a std::string_view, a pointer or another view somewhere inside.
template <class T>
inline constexpr bool kBorrows = core::borrows<T>();

template <class T>
struct Codec {
  using BuiltIn = void;
  static void write(ByteWriter& to, const T& value) { core::writeValue(to, value); }
  static T read(ByteReader& from) { return core::readValue<T>(from); }
};

namespace core {

/// What serialize(archive) is called with to write and to read: `archive(a, b)`, or `archive & a & b`.
class SavingArchive {
 public:
  explicit SavingArchive(ByteWriter& to) : to_(to) {}
  template <class... Ts>
  void operator()(const Ts&... values) {
    (Codec<Ts>::write(to_, values), ...);
  }
  template <class T>
  SavingArchive& operator&(const T& value) {
    (*this)(value);
    return *this;
  }

 private:
  ByteWriter& to_;
};
class LoadingArchive {
 public:
  explicit LoadingArchive(ByteReader& from) : from_(from) {}
  template <class... Ts>
  void operator()(Ts&... values) {
    ((values = Codec<Ts>::read(from_)), ...);
  }
  template <class T>
  LoadingArchive& operator&(T& value) {
    (*this)(value);
    return *this;
  }

 private:
  ByteReader& from_;
};

template <class Archive, class T>
void callSerialize(Archive& archive, T& record) {
  if constexpr (HasSerializeMember<T>) {
    record.serialize(archive);
  } else {
    serialize(archive, record);
  }
}

/// A container whose elements lie in memory as they are written, so that all are copied at once.
template <class C>
concept PlainElements = std::ranges::contiguous_range<C> && std::is_arithmetic_v<typename C::value_type> &&
                        !std::is_same_v<typename C::value_type, bool>;

template <class C>
std::string_view memoryOf(const C& elements) {
  return {reinterpret_cast<const char*>(std::ranges::data(elements)),
          std::ranges::size(elements) * sizeof(typename C::value_type)};
}

/// Writes at least one byte for every value, so that a reader can refuse a count of elements that exceeds the bytes
/// that are left.
template <class T>
void writeValue(ByteWriter& to, const T& value) {
  constexpr CodecKind kKind = codecKind<T>();
  if constexpr (kKind == CodecKind::kNumber || kKind == CodecKind::kMemory) {
    to.raw(value);
  } else if constexpr (kKind == CodecKind::kText) {
    to.varint(value.size());
    to.bytes(value);
  } else if constexpr (kKind == CodecKind::kOwn) {
    to.raw(char{0});
    Codec<T>::write(to, value);
  } else if constexpr (kKind == CodecKind::kSerialize) {
    to.raw(char{0});
    SavingArchive archive(to);
    callSerialize(archive, const_cast<T&>(value));
  } else if constexpr (kKind == CodecKind::kSequence) {
    to.varint(static_cast<std::uint64_t>(std::ranges::distance(value)));
    if constexpr (PlainElements<T>) {
      to.bytes(memoryOf(value));
    } else {
      for (const auto& element : value) writeValue<ElementOf<T>>(to, element);
    }
  } else if constexpr (kKind == CodecKind::kArray) {
    if (value.empty()) to.raw(char{0});
    for (const auto& element : value) writeValue(to, element);
  } else if constexpr (kKind == CodecKind::kOptional) {
    to.raw(char{value.has_value()});
    if (value) writeValue(to, *value);
  } else if constexpr (kKind == CodecKind::kVariant) {
    to.varint(value.index());
    std::visit([&](const auto& held) { writeValue(to, held); }, value);
  } else if constexpr (kKind == CodecKind::kDuration) {
    to.raw(value.count());
  } else if constexpr (kKind == CodecKind::kTime) {
    to.raw(value.time_since_epoch().count());
  } else {
    const auto writeAll = [&](const auto&... parts) {
      if constexpr (sizeof...(parts) == 0) to.raw(char{0});
      (writeValue(to, parts), ...);
    };
    if constexpr (kKind == CodecKind::kTuple) {
      std::apply(writeAll, value);
    } else {
      std::apply(writeAll, fieldsOf(value));
    }
  }
}

template <class T>
T readSequence(ByteReader& from) {
  using Element = ElementOf<T>;
  T elements;
  if constexpr (PlainElements<T> && requires { elements.resize(1); }) {
    const std::size_t count = from.count(sizeof(Element));
    const std::string_view memory = from.bytes(count * sizeof(Element));
    elements.resize(count);
    if (count > 0) std::memcpy(std::ranges::data(elements), memory.data(), memory.size());
  } else {
    const std::size_t count = from.count();
    if constexpr (requires { elements.reserve(count); })
      elements.reserve(std::min(count, from.remaining() / sizeof(Element) + 1));
    for (std::size_t i = 0; i < count; ++i) elements.insert(elements.end(), readValue<Element>(from));
  }
  return elements;
}

template <class T>
T readVariant(ByteReader& from) {
  const std::uint64_t index = from.varint();
  std::optional<T> value;
  const auto tryRead = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
    if (index == I) value.emplace(std::in_place_index<I>, readValue<std::variant_alternative_t<I, T>>(from));
  };
  [&]<std::size_t... Is>(std::index_sequence<Is...>) {
    (tryRead(std::integral_constant<std::size_t, Is>()), ...);
  }(std::make_index_sequence<std::variant_size_v<T>>());
  if (!value) from.fail("a variant has no alternative " + std::to_string(index));
  return std::move(*value);
}

template <class T>
T readValue(ByteReader& from) {
  constexpr CodecKind kKind = codecKind<T>();
  if constexpr (std::is_same_v<T, bool>) {
    const auto byte = from.raw<unsigned char>();
    if (byte > 1) from.fail("a truth value is " + std::to_string(byte));
    return byte == 1;
  } else if constexpr (kKind == CodecKind::kNumber || kKind == CodecKind::kMemory) {
    return from.raw<T>();
  } else if constexpr (kKind == CodecKind::kText) {
    return T(from.bytes(from.varint()));
  } else if constexpr (kKind == CodecKind::kDuration) {
    return T(from.raw<typename T::rep>());
  } else if constexpr (kKind == CodecKind::kTime) {
    return T(typename T::duration(from.raw<typename T::rep>()));
  } else {
    const ByteReader::Nesting nesting(from);
    if constexpr (kKind == CodecKind::kOwn) {
      from.bytes(1);
      return Codec<T>::read(from);
    } else if constexpr (kKind == CodecKind::kSerialize) {
      from.bytes(1);
      T record{};
      LoadingArchive archive(from);
      callSerialize(archive, record);
      return record;
    } else if constexpr (kKind == CodecKind::kSequence) {
      return readSequence<T>(from);
    } else if constexpr (kKind == CodecKind::kArray) {
      T elements{};
      if (elements.empty()) from.bytes(1);
      for (auto& element : elements) element = readValue<typename T::value_type>(from);
      return elements;
    } else if constexpr (kKind == CodecKind::kOptional) {
      return readValue<bool>(from) ? T(readValue<typename T::value_type>(from)) : T();
    } else if constexpr (kKind == CodecKind::kVariant) {
      return readVariant<T>(from);
    } else {
      using Parts = typename PartsOf<T>::type;
      if constexpr (std::tuple_size_v<Parts> == 0) from.bytes(1);
      return [&]<class... Ps>(std::type_identity<std::tuple<Ps...>>) {
        return T{readValue<Ps>(from)...};  // braces: from the first to the last
      }(std::type_identity<Parts>());
    }
  }
}

std::string nameOf(const std::type_info& type);

/// Appends how a T is written: `(s,i8)` for pair<string, int64>. Files keep this text, so that reading a file of other
/// records fails for certain, and not only if its bytes happen not to fit. Types that are written alike have the same
/// text.
template <class T, class... Around>
void appendShape(std::string& to) {
  constexpr CodecKind kKind = codecKind<T>();
  if constexpr ((std::is_same_v<T, Around> || ...)) {
    to += '~';
  } else if constexpr (kKind == CodecKind::kNumber) {
    if constexpr (std::is_enum_v<T>) {
      appendShape<std::underlying_type_t<T>>(to);
    } else {
      to += std::is_same_v<T, bool>       ? 'b'
            : std::is_floating_point_v<T> ? 'f'
            : std::is_signed_v<T>         ? 'i'
                                          : 'u';
      to += std::to_string(sizeof(T));
    }
  } else if constexpr (kKind == CodecKind::kMemory) {
    to += 'm' + std::to_string(sizeof(T));
  } else if constexpr (kKind == CodecKind::kText) {
    to += 's';
  } else {
    static constexpr std::string_view kOpen[] = {"",  "o", "o", "",   "",   "[", "[",
                                                 "?", "<", "(", "t(", "t(", "",  "{"};
    to += kOpen[static_cast<int>(kKind)];
    if constexpr (kKind == CodecKind::kArray) to += std::to_string(std::tuple_size_v<T>) + "*";
    if constexpr (kKind == CodecKind::kDuration)
      to += std::to_string(T::period::num) + "/" + std::to_string(T::period::den) + " ";
    [&]<class... Parts>(std::type_identity<std::tuple<Parts...>>) {
      std::string_view separator;
      ((to += separator, separator = ",", appendShape<Parts, T, Around...>(to)), ...);
    }(std::type_identity<typename PartsOf<T>::type>());
    static constexpr std::string_view kClose[] = {"", "",  "",  "",  "",  "]", "]",
                                                  "", ">", ")", ")", ")", "",  "}"};
    to += kClose[static_cast<int>(kKind)];
  }
}

/// A codec for code that does not know the record type: two functions, the type's name, and how it is written
/// (appendShape).
struct RecordCodec {
  void (*write)(ByteWriter& to, const void* record);
  /// Constructs a record in the memory at `to`. BadRecord if the bytes are not one.
  void (*read)(ByteReader& from, void* to);
  std::string typeName;
  std::string shape;
};

/// The codec of T, or null if it has none.
template <class T>
const RecordCodec* recordCodec() {
  if constexpr (kHasCodec<T>) {
    static const RecordCodec kCodec = [] {
      RecordCodec codec{
          [](ByteWriter& to, const void* record) { writeValue(to, *static_cast<const T*>(record)); },
          [](ByteReader& from, void* to) { ::new (to) T(readValue<T>(from)); },
          nameOf(typeid(T)),
          {}};
      appendShape<T>(codec.shape);
      return codec;
    }();
    return &kCodec;
  } else {
    return nullptr;
  }
}

/// As recordCodec, for a T that must have a codec: if it has none, the compiler's error says the cure.
template <class T>
const RecordCodec& requiredCodec() {
  static_assert(
      !kBorrows<T> || kHasCodec<T>,
      "records of this type hold a std::string_view, a pointer or another view, and cannot be written: use "
      "std::string (a container, a value) in its place");
  static_assert(
      kBorrows<T> || kHasCodec<T>,
      "records of this type cannot be written: give it template <class A> void serialize(A& archive) { "
      "archive(x, y); } or specialise millrace::Codec");
  return *recordCodec<T>();
}

}  // namespace core
}  // namespace millrace
