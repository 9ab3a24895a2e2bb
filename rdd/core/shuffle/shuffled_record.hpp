#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/kept_record.hpp>

namespace millrace::core {

/// Making one says that records of this type go through a shuffle, which writes them where memory has no room for them.
/// Operators make one after what tells of views and of keys.
template <class Record>
struct ShuffledRecord {
  static_assert(
      kHasCodec<Record> || !kCanBeKept<Record>,
      "records that an operator shuffles must be of a type that can be written, for when memory has no room "
      "for them: give it template <class A> void serialize(A& archive) { archive(x, y); } or specialise "
      "millrace::Codec");
};

}  // namespace millrace::core
