#include <support/task_functions.hpp>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace millrace::test {

namespace {

std::string withoutComments(const std::string& file) {
  std::ifstream in(std::string(MILLRACE_SOURCES) + "/" + file);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.empty()) throw std::runtime_error("there is no header " + file);
  return std::regex_replace(text, std::regex("(//|#)[^\n]*"), "");
}

/// The statements of a header that are not inside of a function's body.
std::vector<std::string> statementsOf(const std::string& text) {
  std::vector<std::string> statements;
  std::string statement;
  int parentheses = 0, body = 0;
  for (const char c : text) {
    if (body > 0) {
      body += (c == '{') - (c == '}');
      continue;
    }
    parentheses += (c == '(') - (c == ')');
    if (parentheses > 0 || (c != ';' && c != '{' && c != '}')) {
      statement += c;
      continue;
    }
    const bool isScope =
        std::regex_search(statement, std::regex(R"(^\s*(template\s*<[^{]*>\s*)?(class|struct|namespace)\b)"));
    if (c == '{' && !isScope) body = 1;
    statements.push_back(std::exchange(statement, {}));
  }
  return statements;
}

/// The pieces between commas that are in no brackets.
std::vector<std::string> splitAtCommas(std::string_view text) {
  std::vector<std::string> pieces(1);
  int depth = 0;
  for (const char c : text) {
    depth += (std::string_view("(<{").find(c) != std::string_view::npos) -
             (std::string_view(")>}").find(c) != std::string_view::npos);
    if (c == ',' && depth == 0) {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return pieces;
}

struct Parameter {
  std::string name;
  std::string type;
};

Parameter parameterOf(const std::string& text) {
  static const std::regex shape(R"(^\s*(?:const\s+)?(\S.*?)(?:\s*&&?)?(?:\.\.\.)?\s+(\w+)\s*(?:=[\s\S]*)?$)");
  std::smatch match;
  if (!std::regex_match(text, match, shape)) return {};
  return {match[2], match[1]};
}

bool isData(const Parameter& parameter) {
  static const std::regex data(
      "int|bool|double|char|(std::)?(u?int64_t|string|size_t|nullopt_t)|Duration|Time|Interval|StorageLevel|"
      "Partitions|"
      "Partitioner|(RDD|DStream|KeyedMap|ValueOf|KeyOf|std::vector|std::span|std::pair)<.*>|K|V|core::(Node|"
      "Stream)Ptr|"
      "std::optional<(int|Duration|std::uint64_t)>");
  return parameter.name.empty() || parameter.name == "zero" || std::regex_match(parameter.type, data);
}

}  // namespace

std::map<std::string, std::set<std::string>> operatorsWithFunctions(const std::string& header) {
  std::map<std::string, std::set<std::string>> operators;
  for (const std::string& statement : statementsOf(withoutComments(header))) {
    if (std::regex_search(statement, std::regex(R"(\b(concept|using|return|friend)\b)"))) continue;
    const std::size_t close = statement.rfind(')');
    if (close == std::string::npos) continue;
    std::size_t open = close;
    for (int depth = 1; depth > 0 && open > 0;) {
      --open;
      depth += (statement[open] == ')') - (statement[open] == '(');
    }
    std::smatch name;
    const std::string before = statement.substr(0, open);
    if (!std::regex_search(before, name, std::regex(R"((\w+)\s*$)"))) continue;
    std::string names;
    std::set<std::string> functions;
    for (const std::string& text :
         splitAtCommas(std::string_view(statement).substr(open + 1, close - open - 1))) {
      const Parameter parameter = parameterOf(text);
      names += (names.empty() ? "" : ", ") + parameter.name;
      if (!isData(parameter)) functions.insert(parameter.name);
    }
    if (!functions.empty()) operators[name.str(1) + "(" + names + ")"] = functions;
  }
  return operators;
}

}  // namespace millrace::test
