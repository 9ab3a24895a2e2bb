#pragma once

#include <millrace/continuous/epochs.hpp>
#include <millrace/continuous/plan.hpp>
#include <millrace/dstream/core/time.hpp>

#include <cstddef>
#include <set>
#include <vector>

namespace millrace::core {

/// Makes RDDs of what a graph has gathered in the epoch that ended at `time`, one for each stream that has a sink, and
/// gives them to these streams. From there on the program is run as for a batch: its outputs make jobs, which ask their
/// streams for RDDs.
///
/// `absentSources` are sources of the plan that have no RDD at that time, not even an empty one; streams that only pass on
/// their records have none either. A union and a repartition cannot do without the RDDs of their parents: they are given
/// nothing, so that they try to make their RDD themselves and throw, naming the parent that has none. A state goes on
/// without records.
///
/// The caller holds the lock of the stream graph.
void setEpochRdds(const Plan& plan, Time time, const std::set<std::size_t>& absentSources,
                  std::vector<SinkPartitions> sinks);

/// Tells outputs whose writers the graph has run itself what these threw in the epoch that ended at `time`, so that the
/// jobs of just that time throw it.
void setWriterFailures(const Plan& plan, Time time, const std::vector<SinkPartitions>& sinks);

}  // namespace millrace::core
