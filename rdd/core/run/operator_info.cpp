#include <millrace/rdd/core/run/operator_info.hpp>

namespace millrace::core {

std::string OperatorInfo::describe() const {
  std::string text = kind;
  if (id >= 0) text += " #" + std::to_string(id);
  if (!name.empty()) text += " \"" + name + "\"";
  return text;
}

OperatorPtr rddOperator(std::string_view kind) {
  return std::make_shared<const OperatorInfo>(OperatorInfo{std::string(kind), -1, {}});
}

}  // namespace millrace::core
