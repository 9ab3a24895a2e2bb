#include "build.hpp"

#include "forms.hpp"
#include "progress.hpp"
#include "support/engines.hpp"

#include <millrace/base/clock.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/core/stream_graph.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace millrace::programs {

namespace {

void buildInForm(const Program& program, StreamingContext& ssc, const std::shared_ptr<Progress>& progress) {
  if (program.form == "integers") return build<Integers>(program, ssc, progress);
  if (program.form == "doubles") return build<Doubles>(program, ssc, progress);
  if (program.form == "texts") return build<Texts>(program, ssc, progress);
  if (program.form == "structs") return build<Structs>(program, ssc, progress);
  fitted(program.form, {});  // says which there are
}

/// True when the batch is done; throws what failed.
bool awaitBeat(StreamingContext& ssc, Progress& progress, std::int64_t time) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::unique_lock lock(progress.mutex);
  while (progress.beat < time) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("the batch at " + std::to_string(time) + " ms did not end within a minute");
    if (progress.changed.wait_for(lock, std::chrono::milliseconds(50)) == std::cv_status::timeout) {
      lock.unlock();
      ssc.awaitTerminationOrTimeout(0);
      lock.lock();
    }
  }
  return true;
}

}  // namespace

Outcome run(const Program& program, const RunOptions& options) {
  Outcome outcome;
  SparkConf conf;
  conf.set("spark.streaming.mode", options.mode);
  const int partitions = options.partitions > 0 ? options.partitions : options.threads;
  SparkContext sc(conf, test::makeEngine(test::Shape{partitions, options.threads, options.chunk}));
  auto clock = std::make_shared<ManualClock>();
  StreamingContext ssc(sc, Milliseconds(program.batchMs), clock);
  ssc.graph()->setCheckpointDirectory("states of a test are not kept");
  auto progress = std::make_shared<Progress>();
  std::int64_t time = 0;
  try {
    buildInForm(program, ssc, progress);
    ssc.start();
    for (int i = 1; i <= program.batches; ++i) {
      time = i * program.batchMs;
      clock->setTime(time);
      awaitBeat(ssc, *progress, time);
      ssc.awaitTerminationOrTimeout(0);
    }
  } catch (const std::exception& error) {
    outcome.error = error.what();
    if (time > 0) outcome.errorTime = time;
  }
  ssc.stop(true, false);
  std::lock_guard lock(progress->mutex);
  for (auto& [at, outputs] : progress->batches) {
    const bool isLast = at == outcome.errorTime;
    for (auto& [number, batch] : outputs) {
      if (isLast && (!progress->failed.contains(at) || number >= progress->failed[at])) break;
      outcome.batches.push_back(std::move(batch));
    }
    if (isLast) break;
  }
  return outcome;
}

}  // namespace millrace::programs
