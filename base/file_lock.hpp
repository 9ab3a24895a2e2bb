#pragma once

#include <string>

namespace millrace::core {

/// Takes the lock that a file stands for, if nobody has it: an open descriptor, which is the lock, else -1 with errno, which is
/// EWOULDBLOCK where somebody else has it. The kernel frees it when the descriptor is closed or its process ends, however it
/// does. `flags` are those of open(2) beside the access, such as O_CREAT, with which the file is its user's only.
///
/// Whoever removes such a file has its lock: a file that is removed between being opened and being locked is no lock any more.
int tryLockFile(const std::string& path, int flags);

}  // namespace millrace::core
