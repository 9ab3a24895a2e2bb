#pragma once

#include <millrace/base/error.hpp>
#include <millrace/rdd/actions/partition_results.hpp>
#include <millrace/rdd/core/numbers/sample_positions.hpp>
#include <millrace/rdd/rdd.hpp>

#include <optional>
#include <string>

namespace millrace {

template <class T>
std::vector<owned_t<T>> RDD<T>::takeSample(bool withReplacement, int n, std::uint64_t seed) const {
  core::KeptRecord<owned_t<T>>();
  if (n < 0) throw IllegalArgument("takeSample of " + std::to_string(n) + " records: give 0 or more");
  if (n == 0) return {};
  const auto counts = core::partitionResults(*this, "takeSample", [](core::Reader<T>& reader) {
    std::uint64_t records = 0;
    for (auto chunk = reader.next(); !chunk.empty(); chunk = reader.next()) records += chunk.size;
    return records;
  });
  std::vector<std::uint64_t> starts{0};
  for (const auto& count : counts) starts.push_back(starts.back() + *count);
  const auto positions =
      core::drawPositions(starts.back(), static_cast<std::size_t>(n), withReplacement, seed);

  std::vector<std::optional<owned_t<T>>> sample(positions.size());
  node_->engine().runJob(*node_, [&](int partition, core::ReaderPtr untyped) {
    const auto reader = core::typed<T>(std::move(untyped));
    std::uint64_t start = starts[static_cast<std::size_t>(partition)];
    const auto drawn = core::positionsIn(positions, start, starts[static_cast<std::size_t>(partition) + 1]);
    auto next = drawn.begin();
    while (next != drawn.end()) {
      const auto chunk = reader->next();
      if (chunk.empty())
        throw SparkException(
            "takeSample read fewer records than it had counted: cache() an RDD that changes from job to job");
      for (; next != drawn.end() && next->record - start < chunk.size; ++next)
        sample[next->place].emplace(own(chunk.data[next->record - start]));
      start += chunk.size;
    }
  });
  std::vector<owned_t<T>> records;
  for (auto& record : sample) records.push_back(std::move(*record));
  return records;
}

template <class T>
std::vector<owned_t<T>> RDD<T>::takeSample(bool withReplacement, int n) const {
  return takeSample(withReplacement, n, core::randomSeed());
}

}  // namespace millrace
