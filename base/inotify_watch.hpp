#pragma once

#include <millrace/base/directory_watch.hpp>

#include <cstddef>
#include <memory>

namespace millrace::core {

/// So many directories are watched at the same time.
inline constexpr std::size_t kMostWatchedDirectories = 1024;

/// Watches directories of this machine by inotify. Null if the system gives no inotify.
std::unique_ptr<DirectoryWatch> inotifyWatch();

}  // namespace millrace::core
