#pragma once

#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/state/batch_forms.hpp>
#include <millrace/rdd/core/store/stored_form_of.hpp>

namespace millrace {

template <class T>
DStream<T> DStream<T>::window(Duration windowDuration, std::optional<Duration> slideDuration) const {
  core::KeptRecord<owned_t<T>>();
  Duration slide = slideDuration.value_or(this->slideDuration());
  return DStream(core::windowStream(node_, windowDuration, slide, core::objectForm<T>(),
                                    core::concatReaders<T>,
                                    std::make_shared<const core::RecordBatches<T>>()));
}

}  // namespace millrace
