#pragma once

#include <cstdint>
#include <string>

namespace millrace::bench {

/// A text file stream with detectMoved, and 100,000 files (times `scale`) that come into its directory as files do: written
/// there under a hidden name and renamed, moved in from elsewhere with a time long ago, copied with a time to come; some are
/// touched when they have been read. True if the line of each file came once and a scan took no longer than 200 ms.
bool movedFiles(const std::string& mode, double scale, std::uint64_t seed);

}  // namespace millrace::bench
