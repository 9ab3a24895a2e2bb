#pragma once

#include <millrace/base/directory_watch.hpp>

#include <cstddef>
#include <memory>

namespace millrace::core {

/// Watches directories of this machine by inotify, at most so many at the same time. Null if the system gives no inotify.
std::unique_ptr<DirectoryWatch> inotifyWatch(std::size_t most = 1024);

}  // namespace millrace::core
