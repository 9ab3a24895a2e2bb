#pragma once

#include <millrace/base/path.hpp>
#include <millrace/dstream/core/add_output.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/actions/save_as_text_file.hpp>

namespace millrace {

namespace core {

/// `prefix-TIME.suffix`; an empty prefix drops the dash, an empty suffix the dot.
std::string fileNameOfTime(const std::string& prefix, const std::string& suffix, Time time);

}  // namespace core

template <class T>
void DStream<T>::saveAsTextFiles(const std::string& prefix, const std::string& suffix) const {
  core::addOutput(
      node_, "saveAsTextFiles", [prefix = localPath(prefix), suffix](const core::NodePtr& rdd, Time time) {
        core::saveAsText<T>(*rdd, core::fileNameOfTime(prefix, suffix, time), core::IfExists::kReplace);
      });
}

}  // namespace millrace
