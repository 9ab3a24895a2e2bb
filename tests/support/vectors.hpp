#pragma once

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {

/// The row of tests/data/dstream.jsonl with this id; throws when there is none.
const boost::json::value& vector(std::string_view id);

/// All ids, in order of the alphabet.
std::vector<std::string> vectorIds();

}  // namespace millrace::test
