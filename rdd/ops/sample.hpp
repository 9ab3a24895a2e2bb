#pragma once

#include <millrace/rdd/core/graph/opened_node.hpp>
#include <millrace/rdd/core/numbers/random.hpp>
#include <millrace/rdd/core/records/repeats.hpp>
#include <millrace/rdd/ops/filter.hpp>
#include <millrace/rdd/ops/flat_map.hpp>

namespace millrace {

namespace core {

/// Lets a record pass when a random number from 0 to 1 falls into [from, to).
struct InShare {
  template <class T>
  bool operator()(const T&) {
    const double number = random.uniform();
    return from <= number && number < to;
  }

  Random random;
  double from, to;
};

/// A record, several times or not at all.
struct Repeated {
  template <class T>
  auto operator()(const T& record) {
    return Repeats<T>(record, random.poisson(mean));
  }

  Random random;
  double mean;
};

/// Reads the parent through a reader R, with the function that `make(partition)` gives.
template <class T, template <class, class> class R, class Make>
NodePtr perPartition(std::string_view kind, const NodePtr& parent, Make make) {
  return openedNode(rddOperator(kind), parent, parent->partitioner(),
                    [make = std::move(make)](int partition, const std::vector<NodePtr>& parents,
                                             const OperatorInfo& info) -> ReaderPtr {
                      return openReader<T, R>(parents[0]->read(partition), make(partition), info);
                    });
}

template <class T>
NodePtr shareNode(std::string_view kind, const NodePtr& parent, std::uint64_t seed, double from, double to) {
  return perPartition<T, FilterReader>(kind, parent, [=](int partition) {
    return passing<T>(InShare{Random(seed, partition), from, to});
  });
}

}  // namespace core

template <class T>
RDD<T> RDD<T>::sample(bool withReplacement, double fraction, std::optional<std::uint64_t> seed) const {
  const double rate = core::checkedFraction(withReplacement, fraction);
  const std::uint64_t from = core::seedOr(seed);
  if (!withReplacement) return RDD(core::shareNode<T>("sample", node(), from, 0, rate));
  return RDD(core::perPartition<T, core::FlatMapReader>("sample", node(), [=](int partition) {
    return core::expansion<T>(core::Repeated{core::Random(from, partition), rate});
  }));
}

template <class T>
std::vector<RDD<T>> RDD<T>::randomSplit(const std::vector<double>& weights,
                                        std::optional<std::uint64_t> seed) const {
  const auto ends = core::shares(weights);
  const std::uint64_t from = core::seedOr(seed);
  std::vector<RDD<T>> splits;
  for (std::size_t i = 0; i < weights.size(); ++i)
    splits.emplace_back(core::shareNode<T>("randomSplit", node(), from, ends[i], ends[i + 1]));
  return splits;
}

}  // namespace millrace
