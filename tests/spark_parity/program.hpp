#pragma once

#include <spark_parity/value.hpp>
#include <support/streams.hpp>

#include <boost/json.hpp>

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace millrace::parity {

using StateStream = MapWithStateDStream<Value, Value, Value>;
using Stream = std::variant<DStream<Value>, DStream<Pair>, StateStream>;

inline const core::StreamPtr& nodeOf(const Stream& stream) {
  return std::visit([](const auto& held) -> const core::StreamPtr& { return held.node(); }, stream);
}

/// Makes the streams of a row's program from words, so that a vector costs no compilation:
///
///     in | mapToPair one | join (in2 | mapToPair x)
///
/// Operators have the names of DStream's members, and follow a source: `in` and `in2` are the fields of the row as records,
/// `pairs` and `pairs2` the same fields as pairs; a number after a source says how many partitions it has. Behind the
/// operator stand its arguments, each one word: times, the name of a function (functions.hpp), another stream in
/// brackets. Where a number is due, the name of a field of the row will do. What gives groups or joined values gives
/// them as lists.
class Program {
 public:
  Program(test::StreamTest& running, const boost::json::value& row) : running_(running), row_(row) {}

  /// The same words always mean the same stream, at the beginning of other words too.
  Stream stream(const std::string& words);
  /// What will come out of it; a pair comes as a list of two.
  test::Outputs<Value> collect(const Stream& stream);

  std::int64_t number(const std::string& word) const;
  Duration time(const std::string& word) const { return Milliseconds(number(word)); }
  /// The states that the row begins with, in so many partitions.
  RDD<Pair> initial(int partitions);
  StreamingContext& context() { return running_.context(); }

 private:
  Stream source(const std::vector<std::string>& words);

  test::StreamTest& running_;
  const boost::json::value& row_;
  std::map<std::string, Stream> made_;
};

}  // namespace millrace::parity
