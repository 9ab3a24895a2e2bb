#pragma once

#include <string>

namespace millrace {

/// How the records of an RDD or a stream are kept once computed. Names and meaning are Spark's; there is one process, so a
/// replication of 2 or 3 is reported and keeps no copies.
class StorageLevel {
 public:
  constexpr StorageLevel() = default;

  constexpr bool useDisk() const { return useDisk_; }
  constexpr bool useMemory() const { return useMemory_; }
  constexpr bool deserialized() const { return deserialized_; }
  constexpr int replication() const { return replication_; }
  constexpr bool isValid() const { return useDisk_ || useMemory_; }
  std::string description() const;

  friend constexpr bool operator==(const StorageLevel&, const StorageLevel&) = default;

  static const StorageLevel NONE;
  static const StorageLevel DISK_ONLY;
  static const StorageLevel DISK_ONLY_2;
  static const StorageLevel DISK_ONLY_3;
  static const StorageLevel MEMORY_ONLY;
  static const StorageLevel MEMORY_ONLY_2;
  static const StorageLevel MEMORY_ONLY_SER;
  static const StorageLevel MEMORY_ONLY_SER_2;
  static const StorageLevel MEMORY_AND_DISK;
  static const StorageLevel MEMORY_AND_DISK_2;
  static const StorageLevel MEMORY_AND_DISK_SER;
  static const StorageLevel MEMORY_AND_DISK_SER_2;

 private:
  constexpr StorageLevel(bool useDisk, bool useMemory, bool deserialized, int replication)
      : useDisk_(useDisk), useMemory_(useMemory), deserialized_(deserialized), replication_(replication) {}

  bool useDisk_ = false;
  bool useMemory_ = false;
  bool deserialized_ = false;
  int replication_ = 1;
};

inline constexpr StorageLevel StorageLevel::NONE{};
inline constexpr StorageLevel StorageLevel::DISK_ONLY{true, false, false, 1};
inline constexpr StorageLevel StorageLevel::DISK_ONLY_2{true, false, false, 2};
inline constexpr StorageLevel StorageLevel::DISK_ONLY_3{true, false, false, 3};
inline constexpr StorageLevel StorageLevel::MEMORY_ONLY{false, true, true, 1};
inline constexpr StorageLevel StorageLevel::MEMORY_ONLY_2{false, true, true, 2};
inline constexpr StorageLevel StorageLevel::MEMORY_ONLY_SER{false, true, false, 1};
inline constexpr StorageLevel StorageLevel::MEMORY_ONLY_SER_2{false, true, false, 2};
inline constexpr StorageLevel StorageLevel::MEMORY_AND_DISK{true, true, true, 1};
inline constexpr StorageLevel StorageLevel::MEMORY_AND_DISK_2{true, true, true, 2};
inline constexpr StorageLevel StorageLevel::MEMORY_AND_DISK_SER{true, true, false, 1};
inline constexpr StorageLevel StorageLevel::MEMORY_AND_DISK_SER_2{true, true, false, 2};

namespace core {

/// What becomes of a stored partition for which the memory budget has no room and the level no disk: it is computed again
/// whenever it is read, or, where what it was made of may be gone by then, it goes to the disk all the same; one without
/// bytes stays in memory.
enum class IfFull { kCompute, kKeep };

}  // namespace core
}  // namespace millrace
