#include <millrace/base/log.hpp>
#include <millrace/contexts/recovery/checkpoint_directory.hpp>
#include <millrace/io/store/directory_lock.hpp>

namespace millrace::core {

void moveAside(FileSystem& files, const std::string& checkpoint, bool keepsAll) {
  const std::string directory = statesDirectory(checkpoint);
  if (!files.exists(directory)) return;
  const DirectoryLock owned(files, directory);
  std::string to = directory + ".old";
  for (int number = 2; keepsAll && files.exists(to); ++number)
    to = directory + ".old-" + std::to_string(number);
  files.remove(to);
  files.rename(directory, to);
  logWarning("an earlier run's checkpoint is moved aside: this run begins anew",
             {{"from", directory}, {"to", to}});
}

}  // namespace millrace::core
