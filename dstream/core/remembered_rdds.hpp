#pragma once

#include <millrace/dstream/core/time.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <map>
#include <vector>

namespace millrace::core {

/// What changes about a stream while its program runs: which RDD was made for which time, and how long RDDs are kept.
/// Whoever uses it holds the lock of the stream's graph.
class RememberedRdds {
 public:
  /// Records the RDD of a time, or, with null, that the stream has none at that time. A second RDD replaces the first.
  void set(Time time, NodePtr rdd);
  /// True if `set` was called for the time, and the time has not been forgotten since.
  bool isKnown(Time time) const { return rdds_.contains(time); }
  /// The RDD of a known time; null if the stream has none.
  const NodePtr& at(Time time) const { return rdds_.at(time); }
  /// The known times at which there is an RDD, oldest first.
  std::vector<Time> times() const;

  /// The latest time that was ever set or skipped, forgotten or not; before all times of batches if there is none.
  Time latest() const { return latest_; }
  /// Says that the times up to `time` were another run's: they have no RDDs here.
  void skipTo(Time time) { latest_ = time; }

  /// How long an RDD is remembered, counted from its time. Zero before the start, and for ever in a stream that no
  /// output operation uses.
  Duration duration() const { return duration_; }
  /// Sets how long an RDD is remembered if nobody asks for it later; called at start.
  void setDuration(Duration duration) { duration_ = duration; }
  /// Remembers each RDD for `asked` at least, because a child or the program may ask for it that much later. False if
  /// as much was asked for before.
  bool rememberAtLeast(Duration asked);
  /// The longest that was asked for; below zero if nobody asked.
  Duration longestAsked() const { return longestAsked_; }
  /// Forgets the RDDs that are too old to be remembered at `now`. `unpersist`: those drop the partitions they store.
  void forgetOld(Time now, bool unpersist);
  /// RDDs of times up to this one have been forgotten, if there were any.
  Time forgottenUpTo() const { return forgottenUpTo_; }

  /// Says that no RDD will have the stream's records: a long-lived graph lets them pass by, and nobody gathers them.
  void setPassesBy() { passesBy_ = true; }
  bool passesBy() const { return passesBy_; }

 private:
  std::map<Time, NodePtr> rdds_;
  Time latest_{-1};
  Time forgottenUpTo_{-1};
  Duration duration_{0};
  Duration longestAsked_{-1};
  bool passesBy_ = false;
};

}  // namespace millrace::core
