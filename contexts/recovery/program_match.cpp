#include <millrace/contexts/recovery/program_match.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <algorithm>
#include <iterator>
#include <set>

namespace millrace::core {

namespace {

using Operators = std::vector<RecoverableOperator>;

const RecoverableOperator* find(const Operators& operators, const auto& isWanted) {
  const auto found = std::ranges::find_if(operators, isWanted);
  return found == operators.end() ? nullptr : &*found;
}

/// The operator of the program that a saved one is now; null if there is none.
const RecoverableOperator* successorOf(const RecoverableOperator& saved, const Operators& running) {
  if (!saved.name.empty())
    return find(running, [&](const RecoverableOperator& own) { return own.name == saved.name; });
  return find(running,
              [&](const RecoverableOperator& own) { return own.id == saved.id && own.kind == saved.kind; });
}

std::string typeProblem(const RecoverableOperator& saved, const RecoverableOperator& own) {
  return own.describe() + " keeps " + own.type + ", its checkpoint has " + saved.type +
         ": give it another name, or go back to the type that it had";
}

std::string kindProblem(const RecoverableOperator& saved, const RecoverableOperator& own) {
  return own.describe() + " has the name of " + saved.describe() +
         " in the checkpoint, which is another operator";
}

std::string twiceProblem(const RecoverableOperator& saved, const RecoverableOperator& own) {
  return own.describe() + " would go on with " + saved.describe() +
         " and with another operator of the checkpoint";
}

}  // namespace

std::string RecoverableOperator::describe() const { return OperatorInfo{kind, id, name}.describe(); }

ProgramMatch matchProgram(const Operators& saved, const Operators& running) {
  ProgramMatch match;
  std::set<int> claimed;
  for (const RecoverableOperator& old : saved) {
    const RecoverableOperator* own = successorOf(old, running);
    if (own == nullptr) {
      match.unclaimed.push_back(old);
    } else if (!claimed.insert(own->id).second) {
      match.problems.push_back(twiceProblem(old, *own));
    } else if (own->kind != old.kind) {
      match.problems.push_back(kindProblem(old, *own));
    } else if (own->type != old.type) {
      match.problems.push_back(typeProblem(old, *own));
    } else {
      match.runningIds.emplace(old.id, own->id);
    }
  }
  std::ranges::copy_if(running, std::back_inserter(match.added),
                       [&](const RecoverableOperator& own) { return !claimed.contains(own.id); });
  return match;
}

}  // namespace millrace::core
