#include <support/vectors.hpp>

#include <boost/json/src.hpp>

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

namespace millrace::test {

const boost::json::value& vector(std::string_view id) {
  static const auto rows = [] {
    std::map<std::string, boost::json::value, std::less<>> read;
    std::ifstream file(MILLRACE_TEST_DATA "/dstream.jsonl");
    for (std::string line; std::getline(file, line);) {
      boost::json::value row = boost::json::parse(line);
      std::string key(row.at("id").as_string());
      read.emplace(std::move(key), std::move(row));
    }
    return read;
  }();
  const auto row = rows.find(id);
  if (row == rows.end()) throw std::out_of_range("no vector " + std::string(id) + " in " MILLRACE_TEST_DATA);
  return row->second;
}

}  // namespace millrace::test
