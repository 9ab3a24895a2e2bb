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
struct Plan {
  /// One way on from a stream within a cell: through a step (none for a union) to another one.
  struct Branch {
    std::size_t to;
    StepPtr step;
    int edge;  // which parent of a union this is; -1 for a step
  };
  struct Stream {
    StreamPtr node;
    std::vector<Branch> branches;
    std::vector<std::size_t> sinks;
    std::vector<std::size_t> exchanges;
  };
  /// A way on to the cells of another stream.
  struct Exchange {
    std::size_t to;
    Exchanged flow;
    std::vector<std::size_t> snapshots;  // sinks that get the state at the end of an epoch
  };
  /// Where records stop flowing: as blocks of `target`'s epoch RDD, in the tables of a shuffle whose result it is, or at
  /// a user's writer.
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

/// Lowers the streams that outputs reach.
Plan lower(const StreamGraph& graph);

}  // namespace millrace::core
