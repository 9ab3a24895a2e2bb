#pragma once

#include <millrace/base/arithmetic.hpp>
#include <millrace/base/show.hpp>
#include <millrace/dstream/core/add_output.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/actions/take.hpp>

#include <sstream>

namespace millrace {

namespace core {

/// The lines of print around the records' own: 43 dashes, the time, 43 dashes.
std::string printHeader(Time time);
/// Writes a whole block to std::cout at once and flushes it. SparkException where not all of it arrives: the disk is full,
/// say, or nobody reads the pipe, which does not end the process; or where the program's own writes have left std::cout
/// in a failed state. What did not arrive is dropped, and a later block may arrive again. A null buffer of std::cout is
/// the program's wish to see nothing.
void writeToStdout(std::string_view text);

}  // namespace core

template <class T>
void DStream<T>::print(int num) const {
  core::KeptRecord<owned_t<T>>();
  core::addOutput(node_, "print", [num](const core::NodePtr& rdd, Time time) {
    auto records = RDD<T>(rdd).take(core::saturatedSum(num, 1));
    std::ostringstream text;
    text << core::printHeader(time);
    for (std::size_t i = 0; i < records.size() && static_cast<int>(i) < num; ++i) {
      show(text, records[i]);
      text << '\n';
    }
    if (static_cast<int>(records.size()) > num) text << "...\n";
    text << '\n';
    core::writeToStdout(text.view());
  });
}

}  // namespace millrace
