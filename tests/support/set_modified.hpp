#pragma once

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace millrace::test {

/// Gives a file this time of modification, in ms since the epoch.
inline void setModified(const std::string& path, std::int64_t ms) {
  const timespec time{ms / 1000, ms % 1000 * 1'000'000};
  const timespec times[] = {time, time};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

}  // namespace millrace::test
