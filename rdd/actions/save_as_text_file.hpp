#pragma once

#include <millrace/rdd/core/store/text_output.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
void RDD<T>::saveAsTextFile(const std::string& path) const {
  core::saveAsText<T>(*node_, path, core::IfExists::kFail);
}

}  // namespace millrace
