#include <millrace/base/error.hpp>
#include <millrace/base/parse.hpp>
#include <millrace/contexts/recovery/plan_request.hpp>
#include <millrace/contexts/recovery/recovery_plan.hpp>

#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <string_view>

namespace millrace::core {

std::optional<PlanRequest> PlanRequest::given() {
  const char* value = std::getenv(kVariable);
  if (value == nullptr) return std::nullopt;
  const std::string text = value;
  const std::size_t form = text.find(':');
  const std::size_t output = form == text.npos ? form : text.find(':', form + 1);
  if (output == text.npos)
    throw IllegalArgument(std::string(kVariable) + " is " + shorten(text) +
                          ": it is set by millrace-checkpoint plan, and else has to be unset");
  return PlanRequest{text.substr(0, form) == "json",
                     toInt(std::string_view(text).substr(form + 1, output - form - 1)),
                     text.substr(output + 1)};
}

std::string PlanRequest::asText() const {
  return (asJson ? "json:" : "text:") + std::to_string(output) + ':' + store;
}

void PlanRequest::answer(const FileSystem& files, const StreamGraph& graph,
                         const Recovery::Settings& settings) const {
  RecoveryPlan plan;
  try {
    plan = planRecovery(files, store, graph, settings);
    graph.validate();
  } catch (const std::exception& error) {
    plan.problems.emplace_back(error.what());
  }
  const int code = plan.problems.empty() ? 0 : 1;
  const std::string answer = std::to_string(code) + '\n' + (asJson ? plan.json() : plan.text());
  std::string_view left = answer;
  while (!left.empty()) {
    const ssize_t written = ::write(output, left.data(), left.size());
    if (written <= 0) break;
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  std::_Exit(code);
}

}  // namespace millrace::core
