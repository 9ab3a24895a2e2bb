#pragma once

#include <millrace/base/aggregate_fields.hpp>

#include <cstddef>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace millrace {

/// Says how much memory a record holds beside its own sizeof: its texts, the elements of its containers. The engine bounds
/// what it has in hand by it. Pointers, views and classes with constructors count as nothing: specialise this for a class
/// of your own that holds much:
///
///     template <> struct millrace::HeldBytes<Image> {
///       static std::size_t of(const Image& image) { return image.pixels().size(); }
///     };
template <class T>
struct HeldBytes;

namespace core {

template <class T>
concept HasOwnHeldBytes = !requires { typename HeldBytes<T>::BuiltIn; };

/// A class of the standard library that has elements and frees them: not a view, not an array.
template <class T>
concept OwningContainer = std::ranges::forward_range<T> && requires(const T& container) {
  typename T::allocator_type;
  typename T::value_type;
  container.size();
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool kIsTupleLike = requires { std::tuple_size<T>::value; };

template <class T, class... Around>
consteval bool holdsMemory();

template <class... Around, class... Parts>
consteval bool anyHoldsMemory(std::type_identity<std::tuple<Parts...>>) {
  return (holdsMemory<std::remove_cvref_t<Parts>, Around...>() || ...);
}

/// Whether some record of T may hold memory that can be counted. `Around` are the types that T is part of.
template <class T, class... Around>
consteval bool holdsMemory() {
  if constexpr ((std::is_same_v<T, Around> || ...)) {
    return false;
  } else if constexpr (HasOwnHeldBytes<T> || OwningContainer<T>) {
    return true;
  } else if constexpr (!std::is_class_v<T> || std::is_trivially_copyable_v<T>) {
    return false;
  } else if constexpr (kIsOptional<T>) {
    return holdsMemory<typename T::value_type, T, Around...>();
  } else if constexpr (kIsTupleLike<T>) {
    return []<std::size_t... Is>(std::index_sequence<Is...>) {
      return anyHoldsMemory<T, Around...>(std::type_identity<std::tuple<std::tuple_element_t<Is, T>...>>());
    }(std::make_index_sequence<std::tuple_size_v<T>>());
  } else if constexpr (requires { std::variant_size<T>::value; }) {
    return []<std::size_t... Is>(std::index_sequence<Is...>) {
      return anyHoldsMemory<T, Around...>(
          std::type_identity<std::tuple<std::variant_alternative_t<Is, T>...>>());
    }(std::make_index_sequence<std::variant_size_v<T>>());
  } else if constexpr (std::is_aggregate_v<T> && fieldCount<T>() > 0) {
    return anyHoldsMemory<T, Around...>(std::type_identity<FieldsOf<T>>());
  } else {
    return false;
  }
}

}  // namespace core

/// False for records that hold nothing beside their sizeof, or nothing that can be counted.
template <class T>
inline constexpr bool kHoldsMemory = core::holdsMemory<T>();

/// What a record holds beside its sizeof, in bytes.
template <class T>
std::size_t heldBytes(const T& record) {
  if constexpr (kHoldsMemory<T>) {
    return HeldBytes<T>::of(record);
  } else {
    return 0;
  }
}

template <class T>
struct HeldBytes {
  using BuiltIn = void;
  static std::size_t of(const T& record) {
    if constexpr (core::OwningContainer<T>) {
      return elements(record);
    } else if constexpr (core::kIsTupleLike<T>) {
      return std::apply([](const auto&... parts) { return (std::size_t{0} + ... + heldBytes(parts)); },
                        record);
    } else if constexpr (requires { std::variant_size<T>::value; }) {
      return std::visit([](const auto& held) { return heldBytes(held); }, record);
    } else if constexpr (core::kIsOptional<T>) {
      return record ? heldBytes(*record) : 0;
    } else {
      return std::apply([](const auto&... fields) { return (std::size_t{0} + ... + heldBytes(fields)); },
                        core::fieldsOf(record));
    }
  }

 private:
  using Text = std::string;
  static constexpr std::size_t kTreeLinks =
      4 * sizeof(void*);  // of a node in a tree; a list or a hash table has fewer

  static std::size_t elements(const T& container) {
    using Element = typename T::value_type;
    std::size_t bytes = 0;
    if constexpr (std::is_same_v<T, Text>) {
      return container.capacity() < sizeof(Text) ? 0 : container.capacity();
    } else if constexpr (std::is_same_v<Element, bool>) {
      return container.size();
    } else if constexpr (requires { container.capacity(); }) {
      bytes = container.capacity() * sizeof(Element);
    } else if constexpr (std::ranges::random_access_range<T>) {
      bytes = container.size() * sizeof(Element);
    } else {
      bytes = container.size() * (sizeof(Element) + kTreeLinks);
    }
    if constexpr (kHoldsMemory<Element>) {
      for (const Element& element : container) bytes += heldBytes(element);
    }
    return bytes;
  }
};

}  // namespace millrace
