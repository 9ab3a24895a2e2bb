#pragma once

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/ops/sample.hpp>

namespace millrace {

namespace core {

/// The rate of each key, in the form in which keys are looked up.
template <class K>
class Rates {
 public:
  Rates(bool withReplacement, const KeyedMap<K, double>& fractions) {
    for (const auto& [key, fraction] : fractions) {
      const double rate = checkedFraction(withReplacement, fraction);
      table_.upsert(
          KeyForm<K>::probe(key), [&] { return rate; }, [](double&) {});
    }
  }
  template <class Key>
  double of(const Key& key) const {
    const double* rate = table_.find(KeyForm<K>::probe(key));
    if (rate == nullptr)
      throw IllegalArgument("sampleByKey() met a key without a fraction: give one for each key");
    return *rate;
  }

 private:
  Table<K, double> table_;
};

template <class K>
struct PassesByKey {
  template <class P>
  bool operator()(const P& record) {
    return random.uniform() < rates->of(record.first);
  }

  Random random;
  std::shared_ptr<const Rates<K>> rates;
};

template <class K>
struct RepeatedByKey {
  template <class P>
  auto operator()(const P& record) {
    return Repeats<P>(record, random.poisson(rates->of(record.first)));
  }

  Random random;
  std::shared_ptr<const Rates<K>> rates;
};

}  // namespace core

template <class T>
RDD<T> PairRDDFunctions<T>::sampleByKey(bool withReplacement, const KeyedMap<K, double>& fractions,
                                        std::optional<std::uint64_t> seed) const
  requires PairLike<T> && HashableKey<KeyOf<T>>
{
  auto rates = std::make_shared<const core::Rates<K>>(withReplacement, fractions);
  const std::uint64_t from = core::seedOr(seed);
  if (withReplacement) {
    return RDD<T>(core::perPartition<T, core::FlatMapReader>("sampleByKey", node_, [=](int partition) {
      return core::expansion<T>(core::RepeatedByKey<K>{core::Random(from, partition), rates});
    }));
  }
  return RDD<T>(core::perPartition<T, core::FilterReader>("sampleByKey", node_, [=](int partition) {
    return core::passing<T>(core::PassesByKey<K>{core::Random(from, partition), rates});
  }));
}

}  // namespace millrace
