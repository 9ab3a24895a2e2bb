#pragma once

#include <millrace/dstream/core/time.hpp>
#include <spark_parity/value.hpp>

#include <boost/json.hpp>

#include <functional>
#include <string>

namespace millrace::test {
struct StreamOptions;
class StreamTest;
template <class T>
class Outputs;
}  // namespace millrace::test

namespace millrace::parity {

/// Calls `body` in both modes and every shape, with the row's own number of partitions and batch interval, if it has them.
void inEveryWay(const boost::json::value& row, const std::function<void(const test::StreamOptions&)>& body);

/// Starts `running`, and compares what comes out with the row: the batches' records, in order or not as the row says, and
/// their times, which are the multiples of `slide`.
void expectOutputs(const boost::json::value& row, test::StreamTest& running,
                   const test::Outputs<Value>& outputs, Duration slide);

/// Runs a program (program.hpp) in both modes and every shape, and compares what comes out with the row; where the row has
/// states (`snap`), those behind the program's mapWithState too.
void expectProgram(const boost::json::value& row, const std::string& words);

/// Runs a program in both modes until it fails, with this text, after what the row has in `first_three_out`, if it has
/// that.
void expectFailure(const boost::json::value& row, const std::string& words, const std::string& failure);

}  // namespace millrace::parity
