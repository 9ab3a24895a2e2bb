#include "program.hpp"

#include <boost/json.hpp>

#include <stdexcept>

namespace millrace::programs {

namespace json = boost::json;

namespace {

Records recordsOf(const json::value& list) {
  Records records;
  for (const json::value& pair : list.as_array())
    records.emplace_back(pair.at(0).to_number<std::int64_t>(), pair.at(1).to_number<std::int64_t>());
  return records;
}

json::array jsonOf(const Records& records) {
  json::array list;
  for (const auto& [key, value] : records) list.push_back(json::array{key, value});
  return list;
}

std::string textOr(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value ? std::string(value->as_string()) : std::string();
}

std::int64_t numberOr(const json::object& object, std::string_view key, std::int64_t otherwise) {
  const json::value* value = object.if_contains(key);
  return value ? value->to_number<std::int64_t>() : otherwise;
}

Operation operationOf(const json::object& object) {
  Operation node;
  node.id = textOr(object, "id");
  node.op = textOr(object, "op");
  const json::value& in = object.at("in");
  if (in.is_string()) {
    node.in.emplace_back(in.as_string());
  } else {
    for (const json::value& parent : in.as_array()) node.in.emplace_back(parent.as_string());
  }
  node.f = textOr(object, "f");
  node.n = numberOr(object, "n", 0);
  node.r = numberOr(object, "r", 0);
  if (const json::value* inverse = object.if_contains("inverse")) node.inverse = inverse->as_bool();
  node.windowMs = numberOr(object, "window_ms", 0);
  node.slideMs = numberOr(object, "slide_ms", 0);
  node.filter = textOr(object, "filter");
  if (const json::value* initial = object.if_contains("initial")) node.initial = recordsOf(*initial);
  node.timeoutMs = numberOr(object, "timeout_ms", 0);
  return node;
}

json::object jsonOf(const Operation& node) {
  json::object object{{"id", node.id}, {"op", node.op}};
  if (node.in.size() == 1) {
    object["in"] = node.in[0];
  } else {
    object["in"] = json::value_from(node.in);
  }
  if (!node.f.empty()) object["f"] = node.f;
  if (node.n != 0) object["n"] = node.n;
  if (node.r != 0) object["r"] = node.r;
  if (node.inverse) object["inverse"] = true;
  if (node.windowMs != 0) object["window_ms"] = node.windowMs;
  if (node.slideMs != 0) object["slide_ms"] = node.slideMs;
  if (!node.filter.empty()) object["filter"] = node.filter;
  if (node.initial) object["initial"] = jsonOf(*node.initial);
  if (node.timeoutMs != 0) object["timeout_ms"] = node.timeoutMs;
  return object;
}

}  // namespace

Program parse(std::string_view text) try {
  json::value parsed = json::parse(text);
  const json::object& object = parsed.as_object();
  Program program;
  program.batchMs = numberOr(object, "batch_ms", 1000);
  program.batches = static_cast<int>(object.at("batches").to_number<std::int64_t>());
  program.checkpointMs = numberOr(object, "checkpoint_ms", 0);
  if (object.contains("form")) program.form = textOr(object, "form");
  if (const json::value* polled = object.if_contains("polled")) program.polled = polled->as_bool();
  for (const auto& [id, source] : object.at("sources").as_object()) {
    Source& made = program.sources[id];
    made.partitions = static_cast<int>(numberOr(source.as_object(), "partitions", 1));
    for (const json::value& batch : source.at("in").as_array())
      made.in.push_back(batch.is_null() ? std::nullopt : std::optional(recordsOf(batch)));
  }
  for (const json::value& node : object.at("nodes").as_array())
    program.nodes.push_back(operationOf(node.as_object()));
  for (const json::value& output : object.at("outputs").as_array())
    program.outputs.emplace_back(output.as_string());
  return program;
} catch (const std::exception& error) {
  throw std::runtime_error(std::string("not a program: ") + error.what());
}

std::string toJson(const Program& program) {
  json::object sources;
  for (const auto& [id, source] : program.sources) {
    json::array in;
    for (const auto& batch : source.in)
      in.push_back(batch ? json::value(jsonOf(*batch)) : json::value(nullptr));
    sources[id] = json::object{{"partitions", source.partitions}, {"in", std::move(in)}};
  }
  json::array nodes;
  for (const Operation& node : program.nodes) nodes.push_back(jsonOf(node));
  return json::serialize(json::object{{"batch_ms", program.batchMs},
                                      {"batches", program.batches},
                                      {"checkpoint_ms", program.checkpointMs},
                                      {"form", program.form},
                                      {"polled", program.polled},
                                      {"sources", std::move(sources)},
                                      {"nodes", std::move(nodes)},
                                      {"outputs", json::value_from(program.outputs)}});
}

std::string toJson(const OutputBatch& batch) {
  return json::serialize(
      json::object{{"output", batch.output}, {"time", batch.time}, {"records", jsonOf(batch.records)}});
}

}  // namespace millrace::programs
