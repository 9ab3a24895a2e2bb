#pragma once

#include <millrace/rdd/actions/partition_results.hpp>
#include <millrace/rdd/core/numbers/histogram.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/rdd.hpp>

#include <array>
#include <span>

namespace millrace {

namespace core {

/// Calls visit(span of doubles) for each chunk of numbers.
template <class T, class Visit>
void forEachDoubles(Reader<T>& reader, Visit visit) {
  std::array<double, std::is_same_v<T, double> ? 1 : kChunkSize> converted;
  for (auto chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
    if constexpr (std::is_same_v<T, double>) {
      visit(std::span<const double>(chunk.data, chunk.size));
    } else {
      for (std::size_t begin = 0; begin < chunk.size; begin += kChunkSize) {
        const std::size_t size = std::min(kChunkSize, chunk.size - begin);
        for (std::size_t i = 0; i < size; ++i) converted[i] = static_cast<double>(chunk.data[begin + i]);
        visit(std::span<const double>(converted.data(), size));
      }
    }
  }
}

}  // namespace core

template <class T>
StatCounter RDD<T>::stats() const
  requires Numeric<T>
{
  const auto parts = core::partitionResults(*this, "stats", [](core::Reader<T>& reader) {
    StatCounter stats;
    core::forEachDoubles(reader, [&](std::span<const double> numbers) { stats.merge(numbers); });
    return stats;
  });
  StatCounter all;
  for (const auto& part : parts) all.merge(*part);
  return all;
}

template <class T>
double RDD<T>::sum() const
  requires Numeric<T>
{
  const auto parts = core::partitionResults(*this, "sum", [](core::Reader<T>& reader) {
    double sum = 0;
    core::forEachDoubles(reader, [&](std::span<const double> numbers) {
      for (double number : numbers) sum += number;
    });
    return sum;
  });
  double all = 0;
  for (const auto& part : parts) all += *part;
  return all;
}

template <class T>
std::vector<std::int64_t> RDD<T>::histogram(const std::vector<double>& bounds, bool evenBuckets) const
  requires Numeric<T>
{
  core::Histogram all(bounds, evenBuckets);
  const auto parts = core::partitionResults(*this, "histogram", [empty = all](core::Reader<T>& reader) {
    core::Histogram counts = empty;
    core::forEachDoubles(reader, [&](std::span<const double> numbers) { counts.add(numbers); });
    return counts;
  });
  for (const auto& part : parts) all.merge(*part);
  return all.counts();
}

template <class T>
std::pair<std::vector<double>, std::vector<std::int64_t>> RDD<T>::histogram(int buckets) const
  requires Numeric<T>
{
  const StatCounter all = buckets < 1 ? StatCounter() : stats();
  std::vector<double> bounds = core::evenBounds(all.min(), all.max(), buckets);
  auto counts = histogram(bounds, true);
  return {std::move(bounds), std::move(counts)};
}

}  // namespace millrace
