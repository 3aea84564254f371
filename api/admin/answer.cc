#include "api/admin/answer.h"

namespace optare {

namespace json = boost::json;

std::string etag_of(std::uint64_t version) { return '"' + std::to_string(version) + '"'; }

Response read_answer(const AdminCall& call, std::uint64_t position, const json::object& body) {
  Response response = json_response(200, body);
  response.with("Optare-Position", std::to_string(position));
  const States& states = call.services.states;
  if (!states.fresh()) {
    const auto age = std::chrono::ceil<std::chrono::seconds>(states.age());
    response.with("Optare-View-Age", std::to_string(age.count()));
  }
  return response;
}

Response write_answer(int status, const Committed& committed, std::optional<std::uint64_t> version,
                      const json::object& body) {
  Response response = body.empty() ? empty_response(status) : json_response(status, body);
  response.with("Optare-Position", std::to_string(committed.position));
  if (version) response.with("ETag", etag_of(*version));
  if (committed.replayed) response.with("Idempotency-Replayed", "true");
  return response;
}

json::value json_time(const std::optional<Timestamp>& time) {
  if (!time) return nullptr;
  return json::value(rfc3339(*time));
}

json::array json_strings(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

}  // namespace optare
