#include <millrace/io/receiver_base.hpp>

#include <millrace/base/error.hpp>
#include <millrace/io/receiver_supervisor.hpp>

#include <utility>

namespace millrace::core {

void ReceiverBase::reportError(std::string_view message) {
  supervisor().reportError({std::string(message), ""});
}
void ReceiverBase::reportError(std::string_view message, const std::exception& error) {
  supervisor().reportError({std::string(message), error.what()});
}

void ReceiverBase::restart(std::string_view message) {
  supervisor().restart({std::string(message), ""}, std::nullopt);
}
void ReceiverBase::restart(std::string_view message, const std::exception& error) {
  supervisor().restart({std::string(message), error.what()}, std::nullopt);
}
void ReceiverBase::restart(std::string_view message, std::int64_t delay) {
  supervisor().restart({std::string(message), ""}, delay);
}
void ReceiverBase::restart(std::string_view message, const std::exception& error, std::int64_t delay) {
  supervisor().restart({std::string(message), error.what()}, delay);
}

void ReceiverBase::stop(std::string_view message) { supervisor().stop({std::string(message), ""}); }
void ReceiverBase::stop(std::string_view message, const std::exception& error) {
  supervisor().stop({std::string(message), error.what()});
}

bool ReceiverBase::isStarted() const { return supervisor_ != nullptr && supervisor_->isReceiverStarted(); }
bool ReceiverBase::isStopped() const { return supervisor_ != nullptr && supervisor_->isReceiverStopped(); }

void ReceiverBase::addData(FunctionRef<std::size_t()> append) { supervisor().addData(append); }
void ReceiverBase::storeBlock(BlockPtr block) { supervisor().pushBlock(std::move(block)); }
void ReceiverBase::storeOrRetry(BlockPtr block) { supervisor().pushOrRetry(std::move(block)); }
std::size_t ReceiverBase::permitted(std::size_t wanted) { return supervisor().limiter().take(wanted); }
bool ReceiverBase::isLive() const { return supervisor().isLive(); }

std::size_t ReceiverBase::mostPermitted() const { return supervisor().limiter().burst(); }

std::int64_t ReceiverBase::restartDelay() const { return supervisor().restartDelay(); }

ReceiverSupervisor& ReceiverBase::supervisor() const {
  if (supervisor_ == nullptr) {
    throw IllegalState("This receiver is not running; give it to receiverStream and start the context first");
  }
  return *supervisor_;
}

}  // namespace millrace::core
