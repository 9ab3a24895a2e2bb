#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <typeinfo>

namespace millrace::core {

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
