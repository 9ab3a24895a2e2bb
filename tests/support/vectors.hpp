#pragma once

#include <boost/json.hpp>

#include <string_view>

namespace millrace::test {

/// The row of tests/data/dstream.jsonl with this id; throws when there is none.
const boost::json::value& vector(std::string_view id);

}  // namespace millrace::test
