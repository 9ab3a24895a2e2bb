#pragma once

#include <millrace/base/path.hpp>
#include <millrace/dstream/core/add_output.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/output/save_as_text_files.hpp>
#include <millrace/rdd/actions/save_as_object_file.hpp>

namespace millrace {

template <class T>
void DStream<T>::saveAsObjectFiles(const std::string& prefix, const std::string& suffix) const {
  core::addOutput(
      node_, "saveAsObjectFiles",
      [prefix = localPath(prefix), suffix](const core::NodePtr& rdd, Time time) {
        core::saveAsObjects<T>(*rdd, core::fileNameOfTime(prefix, suffix, time), core::IfExists::kReplace);
      },
      core::fileNameOfTime(localPath(prefix), suffix));
}

}  // namespace millrace
