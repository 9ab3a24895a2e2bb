#include <support/vectors.hpp>

#include <boost/json/src.hpp>

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

namespace millrace::test {

namespace {

using Rows = std::map<std::string, boost::json::value, std::less<>>;

const Rows& rows() {
  static const Rows all = [] {
    Rows read;
    std::ifstream file(MILLRACE_TEST_DATA "/dstream.jsonl");
    for (std::string line; std::getline(file, line);) {
      boost::json::value row = boost::json::parse(line);
      std::string key(row.at("id").as_string());
      read.emplace(std::move(key), std::move(row));
    }
    return read;
  }();
  return all;
}

}  // namespace

const boost::json::value& vector(std::string_view id) {
  const auto row = rows().find(id);
  if (row == rows().end())
    throw std::out_of_range("no vector " + std::string(id) + " in " MILLRACE_TEST_DATA);
  return row->second;
}

std::vector<std::string> vectorIds() {
  std::vector<std::string> ids;
  for (const auto& [id, row] : rows()) ids.push_back(id);
  return ids;
}

}  // namespace millrace::test
