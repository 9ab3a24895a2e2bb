#pragma once

#include <boost/json.hpp>

#include <functional>
#include <map>
#include <string>

namespace millrace::parity {

/// What is to be done with a row of the data file, by the row's id. Some rows are run in several ways.
using Runner = std::function<void(const boost::json::value& row)>;
using Runners = std::multimap<std::string, Runner>;

/// The runners of the blocks A, B, C, G and P, each file's part.
Runners programRunners();
Runners specialRunners();
Runners stateRunners();
Runners viewRunners();

}  // namespace millrace::parity
