#include "api/oauth/endpoint.h"

namespace optare {

Result<Form> oauth_form(const Request& request, std::span<const std::string_view> may_repeat) {
  TRY(Form form, form_body(request));
  // Not named in the answer: what stands in a parameter's place may be a secret.
  if (form.first_repeated(may_repeat))
    return reject(Code::invalid_request, "a parameter was sent more than once");
  return form;
}

Response oauth_response(std::string json) {
  Response response = text_response(200, "application/json", std::move(json));
  response.with("Cache-Control", "no-store").with("Pragma", "no-cache");
  return response;
}

}  // namespace optare
