#pragma once

#include "program.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace millrace {
class StreamingContext;
}

namespace millrace::programs {

/// What a run has given so far, and how far it is: the last output of each batch beats, so all others are done then.
struct Progress {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::int64_t, std::map<std::size_t, OutputBatch>> batches;
  std::map<std::int64_t, std::size_t> failed;  // the first output of a batch that failed
  std::int64_t beat = 0;
  std::int64_t come = 0;     // records of batches up to this time can be polled
  std::int64_t durable = 0;  // the batch that the newest version of a checkpoint covers
};

/// Makes the streams of a program whose records are carried in a form (forms.hpp). Each form is a source of its own.
template <class Form>
void build(const Program& program, StreamingContext& ssc, const std::shared_ptr<Progress>& progress);

}  // namespace millrace::programs
