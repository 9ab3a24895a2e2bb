#pragma once

#include <millrace/base/path.hpp>
#include <millrace/dstream/core/add_output.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/actions/save_as_text_file.hpp>

#include <optional>
#include <string>

namespace millrace {

namespace core {

/// `prefix-TIME.suffix`; an empty prefix drops the dash, an empty suffix the dot. Without a time it has that word.
std::string fileNameOfTime(const std::string& prefix, const std::string& suffix,
                           std::optional<Time> time = {});

}  // namespace core

template <class T>
void DStream<T>::saveAsTextFiles(const std::string& prefix, const std::string& suffix) const {
  core::addOutput(
      node_, "saveAsTextFiles",
      [prefix = localPath(prefix), suffix](const core::NodePtr& rdd, Time time) {
        core::saveAsText<T>(*rdd, core::fileNameOfTime(prefix, suffix, time), core::IfExists::kReplace);
      },
      core::fileNameOfTime(localPath(prefix), suffix));
}

}  // namespace millrace
