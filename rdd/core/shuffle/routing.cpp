#include <millrace/base/error.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>

#include <string>

namespace millrace::core {

void throwOtherKeyType() {
  throw IllegalArgument(
      "this partitioner was made for another type of key: make one for the keys of the RDD, in their owned "
      "form");
}

void throwNoHash() {
  throw IllegalArgument(
      "a partitioner by hash for keys that have no hash and ==: specialise millrace::Hash for them");
}

void throwNoSuchPartition(int partition, int partitions) {
  throw SparkException("a partitioner of " + std::to_string(partitions) +
                       " partitions put a key into number " + std::to_string(partition));
}

}  // namespace millrace::core
