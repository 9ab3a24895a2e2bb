#include <millrace/rdd/core/operator_info.hpp>
#include <millrace/rdd/core/task.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <typeinfo>

namespace millrace::core {

namespace {

thread_local Activity* reportedTo = nullptr;

}  // namespace

Activity::Reported::Reported(Activity& activity) : outer_(std::exchange(reportedTo, &activity)) {}
Activity::Reported::~Reported() { reportedTo = outer_; }

Activity::Scope::Scope(const OperatorInfo& info) : activity_(reportedTo) {
  if (activity_ == nullptr) return;
  outer_ = activity_->now();
  activity_->now_.store(&info, std::memory_order_relaxed);
}
Activity::Scope::~Scope() {
  if (activity_ != nullptr) activity_->now_.store(outer_, std::memory_order_relaxed);
}

std::string OperatorInfo::describe() const {
  std::string text = kind;
  if (id >= 0) text += " #" + std::to_string(id);
  if (!name.empty()) text += " \"" + name + "\"";
  return text;
}

OperatorPtr rddOperator(std::string_view kind) {
  return std::make_shared<const OperatorInfo>(OperatorInfo{std::string(kind), -1, {}});
}

OperatorFailure::OperatorFailure(std::string operatorName, std::exception_ptr cause)
    : SparkException(operatorName + ": " + describeException(cause)),
      operatorName_(std::move(operatorName)),
      cause_(std::move(cause)) {}

std::string describeException(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return error.what();
  } catch (const std::string& text) {
    return text;
  } catch (const char* text) {
    return text;
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    if (type == nullptr) return "an exception of a foreign language";
    int status = 0;
    char* name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
    std::string text = std::string("an exception of type ") + (status == 0 ? name : type->name());
    std::free(name);
    return text;
  }
}

void failIn(const OperatorInfo& info) {
  try {
    throw;
  } catch (const OperatorFailure&) {
    throw;
  } catch (const TaskFailure&) {
    throw;
  } catch (...) {
    throw OperatorFailure(info.describe(), std::current_exception());
  }
}

}  // namespace millrace::core
