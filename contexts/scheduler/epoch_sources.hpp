#pragma once

#include <millrace/contexts/scheduler/streaming_listener.hpp>
#include <millrace/continuous/live_graph.hpp>
#include <millrace/dstream/core/eager_source.hpp>
#include <millrace/dstream/core/time.hpp>

#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <vector>

namespace millrace::core {

/// Brings what the sources of a program have into its long-lived graph: blocks of receivers and of polled partitions, and parts of
/// eager sources, as they come, and, of sources that have an RDD for each batch time, the RDD of an epoch's time when the epoch begins.
class EpochSources {
 public:
  /// What the sources that are no receivers have at a time.
  struct Rdds {
    std::vector<NodePtr>
        bySource;                  // null for receivers, for absent sources, and for those not asked any more
    std::set<std::size_t> absent;  // sources that said that they have none
    std::map<std::size_t, EagerSource::EndOfEpoch> ended;  // of eager sources
    std::exception_ptr failure;  // what a source threw; those after it were not asked
  };

  /// `graph` must outlive it, and lives as long as `owner`: what a pump that does not end sends later is dropped.
  EpochSources(LiveGraph& graph, const std::weak_ptr<const void>& owner);

  /// Sends a block of a receiver. May wait until the graph takes it, or until stopReceiving. Any thread.
  void feed(int inputStreamId, BlockPtr block);
  void stopReceiving();

  /// Asks sources for their RDDs of a time; eager ones for what they have not sent yet, polled ones for what they had in an
  /// earlier run's batch of that time.
  Rdds rddsOf(Time time) const;
  /// Sends these RDDs as the records of an epoch that has begun, and the markers of all sources; polled ones are asked for
  /// theirs, which come behind what they have now. Eager ones go on when it is over.
  void send(Epoch epoch, Rdds rdds);
  /// What each source gave to an epoch, of sources that know.
  std::map<int, StreamInputInfo> inputsOf(Time time, const EpochResult& result) const;

 private:
  class Polled;

  LiveGraph& graph_;
  std::map<int, std::size_t> receivers_;  // from the stream's id to the source in the plan
  std::stop_source receiving_;
};

}  // namespace millrace::core
