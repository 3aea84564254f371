#include "tests/support/openapi.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <boost/json.hpp>

namespace optare {
namespace {

namespace json = boost::json;
using Faults = std::vector<std::string>;

// Plain scalars by the core schema of YAML 1.2, as far as the file uses it.
json::value scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return json::value(text);  // quoted
  if (text == "true" || text == "false") return text == "true";
  if (text == "null" || text.empty()) return nullptr;
  const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? json::value(std::stoll(text)) : json::value(text);
}

json::value json_of(const YAML::Node& node) {
  if (node.IsMap()) {
    json::object object;
    for (const auto& member : node) {
      const std::string name = member.first.Scalar();
      if (object.contains(name)) throw std::runtime_error("twice in one map: " + name);
      object[name] = json_of(member.second);
    }
    return object;
  }
  if (node.IsSequence()) {
    json::array array;
    for (const auto& item : node) array.push_back(json_of(item));
    return array;
  }
  return node.IsScalar() ? scalar(node) : json::value(nullptr);
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const auto end = std::min(path.find('/', 1), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool matches(std::string_view pattern, std::string_view path) {
  return std::ranges::equal(split(pattern), split(path), [](auto want, auto have) {
    return want == have || want.starts_with("/{");
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  if (type == "null") return value.is_null();
  throw std::runtime_error("a type that is not checked: " + std::string(type));
}

bool has_type(const json::value& value, const json::value& type) {
  if (type.is_string()) return is_of_type(value, type.get_string());
  return std::ranges::any_of(
      type.as_array(), [&](const json::value& one) { return is_of_type(value, one.as_string()); });
}

}  // namespace

const OpenApi& OpenApi::of_product() {
  static const OpenApi product(OPTARE_SOURCE_DIR "/schemas/openapi.yaml");
  return product;
}

OpenApi::OpenApi(const std::string& file) : document_(json_of(YAML::LoadFile(file))) {}

std::set<std::string> OpenApi::operations() const {
  std::set<std::string> operations;
  for (const auto& [path, methods] : document_.as_object().at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      const Method known = [&] {
        std::string upper(method);
        std::ranges::transform(upper, upper.begin(),
                               [](unsigned char c) { return std::toupper(c); });
        return method_of(upper);
      }();
      if (known != Method::other)
        operations.insert(std::string(text(known)) + ' ' + std::string(path));
    }
  }
  return operations;
}

const json::object* OpenApi::operation(std::string_view method, std::string_view path) const {
  const json::object* found = nullptr;
  std::ptrdiff_t parameters = 0;  // of the one found: a literal segment goes before one
  for (const auto& [pattern, methods] : document_.as_object().at("paths").as_object()) {
    const auto* described = methods.as_object().if_contains(lower(method));
    const std::ptrdiff_t its = std::ranges::count(pattern, '{');
    if (described == nullptr || !matches(pattern, path)) continue;
    if (found != nullptr && its >= parameters) continue;
    found = &described->as_object();
    parameters = its;
  }
  return found;
}

const json::object& OpenApi::resolved(const json::value& value) const {
  const json::object& object = value.as_object();
  const auto* reference = object.if_contains("$ref");
  if (reference == nullptr) return object;
  return at(std::string_view(reference->as_string()).substr(1));
}

const json::object& OpenApi::at(std::string_view pointer) const {
  return resolved(document_.at_pointer(pointer));
}

std::set<std::string> OpenApi::parameters(const json::object& operation,
                                          std::string_view in) const {
  std::set<std::string> names;
  const auto* parameters = operation.if_contains("parameters");
  if (parameters == nullptr) return names;
  for (const json::value& one : parameters->as_array()) {
    const json::object& parameter = resolved(one);
    if (parameter.at("in").as_string() == in) names.emplace(parameter.at("name").as_string());
  }
  return names;
}

Faults OpenApi::faults(std::string_view method, std::string_view path, const Answer& answer) const {
  Faults faults;
  const json::object* described = operation(method, path);
  if (described == nullptr) return {"no such operation"};
  const json::object& responses = described->at("responses").as_object();
  const auto* response = responses.if_contains(std::to_string(answer.status));
  if (response == nullptr && answer.status >= 400) response = responses.if_contains("default");
  if (response == nullptr) return {"the status is not described"};
  check_headers(resolved(*response), answer, faults);
  check_body(resolved(*response), answer, faults);
  return faults;
}

void OpenApi::check_headers(const json::object& response, const Answer& answer,
                            Faults& faults) const {
  static const json::object none;
  const auto* described = response.if_contains("headers");
  const json::object& headers = described == nullptr ? none : described->as_object();
  for (const auto& [name, header] : headers) {
    const auto* required = resolved(header).if_contains("required");
    if (required != nullptr && required->as_bool() && answer.header(name).empty())
      faults.push_back("no header " + std::string(name));
  }
  for (const Header& header : answer.headers) {
    if (header.name != "Content-Type" && header.name != "Cache-Control" &&
        !headers.contains(header.name))
      faults.push_back("header " + header.name + " is not described");
  }
}

void OpenApi::check_body(const json::object& response, const Answer& answer, Faults& faults) const {
  const auto* content = response.if_contains("content");
  if (content == nullptr) {
    if (!answer.body.empty() || answer.stream) faults.emplace_back("a body that is not described");
    return;
  }
  const std::string type = answer.header("Content-Type");
  const auto* described = content->as_object().if_contains(type.substr(0, type.find(';')));
  if (described == nullptr) {
    faults.push_back("content type '" + type + "' is not described");
  } else if (!answer.stream && type.find("json") != std::string::npos) {
    check(resolved(described->at("schema")), answer.json(), "body", faults);
  }
}

Faults OpenApi::request_faults(std::string_view method, std::string_view path,
                               std::string_view body) const {
  const json::object* described = operation(method, path);
  if (described == nullptr) return {"no such operation"};
  const auto* request = described->if_contains("requestBody");
  if (request == nullptr) return {"a body is not described"};
  Faults faults;
  check(resolved(request->at_pointer("/content/application~1json/schema")), json::parse(body),
        "request", faults);
  return faults;
}

Faults OpenApi::schema_faults(std::string_view schema, const json::value& value) const {
  Faults faults;
  check(at("/components/schemas/" + std::string(schema)), value, std::string(schema), faults);
  return faults;
}

void OpenApi::check(const json::object& schema, const json::value& value, const std::string& where,
                    Faults& faults) const {
  static const std::set<std::string> known{
      "type",      "properties", "required", "additionalProperties",
      "items",     "enum",       "format",   "maxItems",
      "minLength", "maxLength",  "minimum",  "maximum",
      "default",   "description"};
  for (const auto& keyword : schema) {
    if (!known.contains(std::string(keyword.key())))
      faults.push_back(where + ": keyword " + std::string(keyword.key()) + " is not checked");
  }
  const auto fault = [&](std::string_view what) {
    faults.push_back(where + ": " + std::string(what) + ": " + json::serialize(value));
  };
  if (!has_type(value, schema.at("type"))) return fault("another type");
  if (const auto* values = schema.if_contains("enum");
      values != nullptr && std::ranges::find(values->as_array(), value) == values->as_array().end())
    fault("none of the described values");
  const auto limit = [&](const char* keyword) {
    const auto* found = schema.if_contains(keyword);
    return found == nullptr ? std::optional<std::int64_t>() : found->as_int64();
  };
  if (value.is_string()) {
    const auto size = static_cast<std::int64_t>(value.get_string().size());
    if (size < limit("minLength").value_or(0)) fault("too short");
    if (size > limit("maxLength").value_or(INT64_MAX)) fault("too long");
    if (schema.contains("format") && !parse_rfc3339(value.get_string())) fault("no time");
  } else if (value.is_int64()) {
    if (value.get_int64() < limit("minimum").value_or(INT64_MIN)) fault("too small");
    if (value.get_int64() > limit("maximum").value_or(INT64_MAX)) fault("too great");
  } else if (value.is_array()) {
    const json::array& items = value.get_array();
    if (static_cast<std::int64_t>(items.size()) > limit("maxItems").value_or(INT64_MAX))
      fault("too many items");
    for (std::size_t i = 0; i < items.size(); ++i)
      check(resolved(schema.at("items")), items[i], where + '/' + std::to_string(i), faults);
  } else if (value.is_object()) {
    check_object(schema, value.get_object(), where, faults);
  }
}

void OpenApi::check_object(const json::object& schema, const json::object& value,
                           const std::string& where, Faults& faults) const {
  static const json::object none;
  const auto* described = schema.if_contains("properties");
  const json::object& properties = described == nullptr ? none : described->as_object();
  if (const auto* required = schema.if_contains("required")) {
    for (const json::value& name : required->as_array()) {
      if (!value.contains(name.as_string()))
        faults.push_back(where + ": without " + std::string(name.as_string()));
    }
  }
  for (const auto& [name, member] : value) {
    const std::string place = where + '/' + std::string(name);
    if (const auto* property = properties.if_contains(name)) {
      check(resolved(*property), member, place, faults);
    } else if (schema.contains("additionalProperties")) {
      faults.push_back(place + " is not described");
    }
  }
}

}  // namespace optare
