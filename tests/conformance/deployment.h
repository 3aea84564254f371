// Two applications, two APIs (one with JWTs, one with opaque tokens) and the product's routes: what
// the clauses are tried on.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/endpoint_fixture.h"

namespace optare::conformance {

inline const std::string orders = "https://api.example/orders";  // JWT: read, write, purge
inline const std::string stock = "https://api.example/stock";    // opaque: read
inline const boost::json::object inactive{{"active", false}};

class Deployment : public testing::Test {
 protected:
  Deployment() {
    t.publish_key("key_1");
    t.register_api("api_orders", orders, {"read", "write", "purge"});
    t.register_api("api_stock", stock, {"read"}, TokenFormat::opaque);
    cron = t.create_application("srv_cron");
    report = t.create_application("srv_report");
    t.happened(facts::granted("srv_cron", "api_orders", {"read", "write"}));
    t.happened(facts::granted("srv_report", "api_stock", {"read"}));
  }

  // srv_report may read applications, and change them; a token for it with these scopes.
  std::string admin_jwt(const std::string& scopes) {
    const std::string identifier = admin_api_identifier(facts::issuer);
    if (t.states.api(ApiId(facts::admin_api_id)) == nullptr) {
      t.happened(facts::admin_api_registered());
      t.happened(facts::granted("srv_report", facts::admin_api_id,
                                {"read:applications", "write:applications"}));
    }
    return t.token(report, {{"audience", identifier}, {"scope", scopes}});
  }

  static boost::json::object body_of(const Response& response) {
    return EndpointFixture::body_of(response);
  }
  static std::string text_of(const Response& response, std::string_view member) {
    const auto body = body_of(response);
    const auto* const value = body.if_contains(member);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
  }
  static std::string error_of(const Response& response) { return text_of(response, "error"); }

  // An opaque one is srv_report's, for the API that has them; a JWT is srv_cron's.
  std::string jwt() { return t.token(cron); }
  std::string opaque() { return t.token(report); }
  Response introspect(const std::string& token, const Credentials& caller) {
    return t.post("/oauth2/introspect", {{"token", token}}, caller);
  }
  bool active(const std::string& token, const Credentials& caller) {
    return body_of(introspect(token, caller)).at("active").as_bool();
  }
  Response revoke(const std::string& token, const Credentials& caller) {
    return t.post("/oauth2/revoke", {{"token", token}}, caller);
  }
  static Request token_request(const FormPairs& more = {}) {
    FormPairs form{{"grant_type", "client_credentials"}};
    form.insert(form.end(), more.begin(), more.end());
    return EndpointFixture::form_request("/oauth2/token", form);
  }
  static Request with_header(Request request, std::string name, std::string value) {
    request.headers.push_back({std::move(name), std::move(value)});
    return request;
  }

  EndpointFixture t;
  Credentials cron, report;
};

}  // namespace optare::conformance
