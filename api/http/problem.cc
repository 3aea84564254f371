#include "api/http/problem.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace optare {

Response problem_response(const Problem& problem, std::string_view request_id) {
  namespace json = boost::json;
  json::object body;
  body["type"] = "urn:optare:problem:" + std::string(problem.slug);
  body["title"] = problem.title;
  body["status"] = problem.status;
  if (!problem.detail.empty()) body["detail"] = problem.detail;
  if (!problem.errors.empty()) {
    json::array errors;
    for (const auto& error : problem.errors) {
      errors.push_back(json::object{{"pointer", error.pointer}, {"detail", error.detail}});
    }
    body["errors"] = std::move(errors);
  }
  if (!request_id.empty()) body["request_id"] = request_id;
  Response response = text_response(problem.status, "application/problem+json",
                                    json::serialize(json::value(std::move(body))));
  response.with("Cache-Control", "no-store");
  return response;
}

}  // namespace optare
