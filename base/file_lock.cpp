#include <millrace/base/file_lock.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace millrace::core {

int tryLockFile(const std::string& path, int flags) {
  const int lock = ::open(path.c_str(), flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) return -1;
  int error = EWOULDBLOCK;
  struct stat held, named;
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
    error = errno;
  else if (::fstat(lock, &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino)
    return lock;
  ::close(lock);
  errno = error;
  return -1;
}

}  // namespace millrace::core
