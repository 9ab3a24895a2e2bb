#pragma once

#include <millrace/dstream/core/time.hpp>
#include <millrace/dstream/state/state.hpp>
#include <spark_parity/value.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace millrace::parity {

// What the words of a program name: the functions that its operators are given. Each throws std::out_of_range for a name
// that it does not know.

using Map = std::function<Value(const Value&)>;
Map mapFunction(const std::string& name);

using MapToPair = std::function<Pair(const Value&)>;
MapToPair pairFunction(const std::string& name);

/// From one record to many; or from all records of a partition.
using Expand = std::function<Value::List(const Value&)>;
Expand expandFunction(const std::string& name);
using MapPartition = std::function<Value::List(const Value::List&)>;
MapPartition partitionFunction(const std::string& name);

using Test = std::function<bool(const Value&)>;
Test testFunction(const std::string& name);

using Fold = std::function<Value(const Value&, const Value&)>;
Fold foldFunction(const std::string& name);

/// Functions of updateStateByKey: of new values and the old state, or of time and key too.
using Update = std::function<std::optional<Value>(std::span<const Value>, std::optional<Value>)>;
using UpdateAtTime =
    std::function<std::optional<Value>(Time, const Value&, std::span<const Value>, std::optional<Value>)>;
Update updateFunction(const std::string& name);
UpdateAtTime updateAtTimeFunction(const std::string& name);

/// Functions of mapWithState: in its simple form, and in the one that is told the time and may give nothing.
using OfState = std::function<Value(Value, std::optional<Value>, State<Value>&)>;
using OfStateAtTime = std::function<std::optional<Value>(Time, Value, std::optional<Value>, State<Value>&)>;
OfState stateFunction(const std::string& name);
OfStateAtTime stateAtTimeFunction(const std::string& name);

}  // namespace millrace::parity
