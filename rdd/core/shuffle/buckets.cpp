#include <millrace/rdd/core/memory/memory_budget.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/shuffle/buckets.hpp>

#include <algorithm>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::size_t kMostRuns = 512;  // of one series of files, about
constexpr std::size_t kFewestBuckets = 16;
constexpr std::size_t kMostBuckets = 64;
constexpr std::size_t kDivided = 16;
constexpr int kDeepest = 4;

}  // namespace

std::size_t spillBucketsFor(int outputs) {
  return std::clamp(kMostRuns / static_cast<std::size_t>(outputs), kFewestBuckets, kMostBuckets);
}

BucketByBucket::BucketByBucket(ShuffleSpecPtr spec, SpilledPartition partition)
    : spec_(std::move(spec)),
      home_(partition.home),
      claim_(std::make_unique<MemoryClaim>(home_->memory(), nullptr)) {
  open(std::move(partition));
}

BucketByBucket::~BucketByBucket() = default;

void BucketByBucket::open(SpilledPartition partition) {
  const auto shared = std::make_shared<const SpilledPartition>(std::move(partition));
  for (std::size_t number = shared->buckets.count; number > 0; --number)
    open_.push_back({shared, number - 1});
}

BlockPtr BucketByBucket::next() {
  claim_->set(0);
  return inOperator(home_->info(), [&]() -> BlockPtr {
    while (!open_.empty()) {
      checkInterrupt();
      const Bucket bucket = std::move(open_.back());
      open_.pop_back();
      if (BlockPtr merged = merge(bucket)) return merged;
      claim_->set(0);
      divide(bucket);
    }
    return nullptr;
  });
}

/// Null if it does not fit.
BlockPtr BucketByBucket::merge(const Bucket& bucket) {
  const SpilledPartition& partition = *bucket.of;
  const auto merger = spec_->spilling()->bucketMerger();
  for (const auto& part : partition.parts) {
    for (SpillReader from(part.file, part.firstRun + bucket.number); from.next();) {
      merger->add(part.side, spec_->spilling()->load(part.side, from));
      if (!fits(merger->bytes(), partition.buckets)) return nullptr;
    }
  }
  BlockPtr merged = merger->finish();
  claim_->set(merged->bytes());
  return merged;
}

/// True, or an error, for a bucket that cannot be divided any further.
bool BucketByBucket::fits(std::size_t bytes, const SpillBuckets& buckets) {
  if (home_->fits(*claim_, bytes)) return true;
  if (buckets.depth < kDeepest) return false;
  home_->require(*claim_, bytes);
  return true;
}

void BucketByBucket::divide(const Bucket& bucket) {
  const SpilledPartition& partition = *bucket.of;
  SpilledPartition divided{home_, {kDivided, partition.buckets.depth + 1}, {}};
  SpillWriter to = home_->write(kDivided);
  for (const auto& part : partition.parts) {
    to.beginSeries();
    for (SpillReader from(part.file, part.firstRun + bucket.number); from.next();)
      spec_->spilling()->write(part.side, *spec_->spilling()->load(part.side, from), divided.buckets, to);
    divided.parts.push_back({part.side, nullptr, divided.parts.size() * kDivided});
  }
  const SpillFilePtr file = to.finish();
  for (auto& part : divided.parts) part.file = file;
  open(std::move(divided));
}

}  // namespace millrace::core
