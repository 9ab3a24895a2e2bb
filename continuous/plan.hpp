#pragma once

#include <millrace/dstream/core/flow.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/output_operation.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/core/stream_node.hpp>

#include <cstddef>
#include <vector>

namespace millrace::core {

/// Which streams of a program flow record by record, and where the records of an epoch are gathered: the lowering of a
/// stream graph. Made once, at start; immutable.
///
/// Streams, sinks, exchanges and sources refer to each other by their places in the vectors below. A stream comes after
/// those it gets records from.
struct Plan {
  /// The way from a stream to another one that is run in the same cell: through a step, or, into a union, without one.
  struct Branch {
    std::size_t to;
    StepPtr step;
    int edge;  // which parent of the union the records come from; -1 for a step
  };
  struct Stream {
    StreamPtr node;
    std::vector<Branch> branches;
    std::vector<std::size_t> sinks;
    std::vector<std::size_t> exchanges;
  };
  /// The way from streams to one that has cells of its own, one for each partition.
  struct Exchange {
    std::size_t to;
    Exchanged flow;
    std::vector<std::size_t> snapshots;  // sinks that get the state at the end of an epoch
  };
  /// Where records stop flowing. Either they are gathered until the epoch ends, and the stream `target` then has them as
  /// its RDD: in blocks, or, with a `spec`, in the tables of a shuffle. Or they are given at once to the user's writer of
  /// `output`.
  struct Sink {
    StreamPtr target;
    ShuffleSpecPtr spec;
    PartitionerPtr partitioner;
    std::shared_ptr<OutputOperation> output;
  };
  struct Source {
    InputPtr input;
    std::size_t stream;
  };

  std::vector<Stream> streams;
  std::vector<Sink> sinks;
  std::vector<Exchange> exchanges;
  std::vector<Source> sources;

  /// The exchanges that are reached from a stream without passing through another one.
  std::vector<std::size_t> exchangesFrom(std::size_t stream) const;
};

/// Lowers the streams that outputs reach. After the graph's start. IllegalArgument where unions of a stream with itself
/// make more ways for its records than can be kept open.
Plan lower(const StreamGraph& graph);

}  // namespace millrace::core
