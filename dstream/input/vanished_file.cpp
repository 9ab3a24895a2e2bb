#include <millrace/base/file_not_found.hpp>
#include <millrace/base/log.hpp>
#include <millrace/dstream/input/vanished_file.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <exception>

namespace millrace::core {

void logLeftOut(const std::string& path, const std::string& reason) {
  logError("a file stream leaves out a file", {{"path", path}, {"reason", reason}});
}

bool HasVanished::operator()() const {
  try {
    try {
      throw;
    } catch (const OperatorFailure& named) {
      std::rethrow_exception(named.cause());
    }
  } catch (const FileNotFound& failure) {
    if (failure.path() != path) return false;
    logLeftOut(path, failure.what());
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace millrace::core
