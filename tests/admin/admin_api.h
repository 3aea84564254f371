// The admin API of a whole product. Every answer is held against schemas/openapi.yaml.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/admin/routes.h"
#include "core/api/admin_api.h"
#include "tests/support/openapi.h"
#include "tests/support/spine.h"

namespace optare {

namespace json = boost::json;

class AdminApi : public ::testing::Test {
 protected:
  Spine spine;
  std::string token = log_in();

  std::string admin_audience() const { return admin_api_identifier(Spine::issuer); }
  // Another token of the administrator; with these scopes only, when some are named.
  std::string log_in(std::string_view scopes = {}) {
    const std::string more = scopes.empty() ? "" : "&scope=" + std::string(scopes);
    return spine.token(spine.admin(), admin_audience(), more);
  }

  Answer ask(Method method, std::string_view path, std::string body = {},
             std::vector<Header> headers = {}) {
    return ask_as(token, method, path, std::move(body), std::move(headers));
  }
  Answer ask_as(const std::string& bearer, Method method, std::string_view path,
                std::string body = {}, std::vector<Header> headers = {}) {
    if (!bearer.empty()) headers.push_back({"Authorization", "Bearer " + bearer});
    if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
    const std::string target = std::string(admin_root).append(path);
    Answer answer = spine.send(method, target, std::move(headers), body);
    expect_described(method, target.substr(0, target.find('?')), body, answer);
    return answer;
  }
  static void expect_described(Method method, const std::string& path, const std::string& body,
                               const Answer& answer) {
    const OpenApi& api = OpenApi::of_product();
    for (const std::string& fault : api.faults(text(method), path, answer))
      ADD_FAILURE() << text(method) << ' ' << path << " -> " << answer.status << ": " << fault;
    if (answer.status >= 300 || body.empty()) return;
    for (const std::string& fault : api.request_faults(text(method), path, body))
      ADD_FAILURE() << text(method) << ' ' << path << " took what is not described: " << fault;
  }

  // Things that are there for a test to act on; made over HTTP.
  struct Made {
    std::string id;
    std::string path;  // below admin_root
    std::string secret = {};
    std::string secret_id = {};
    Spine::Client client() const { return {id, secret, secret_id}; }
  };
  Made make_application(const std::string& name = "Cron", const std::string& more = "") {
    const Answer made = ask(Method::post, "/applications",
                            fmt::format(R"({{"name":"{}","type":"m2m"{}}})", name, more));
    EXPECT_EQ(made.status, 201) << made.body;
    const std::string id = made.member("client_id");
    return {id, "/applications/" + id, made.member("client_secret"), made.member("secret_id")};
  }
  Made make_api(const std::string& identifier = "https://api.myapp.com",
                const std::string& more = R"(,"scopes":[{"name":"read"},{"name":"write"}])") {
    const Answer made =
        ask(Method::post, "/apis",
            fmt::format(R"({{"identifier":"{}","name":"Orders"{}}})", identifier, more));
    EXPECT_EQ(made.status, 201) << made.body;
    const std::string id = made.member("api_id");
    return {id, "/apis/" + id};
  }
  std::string admin_api_id() { return spine.node().states.built_in_api()->id.text(); }
  std::uint64_t position() { return spine.node().states.position(); }

  // The values of one member of all items of a list.
  static std::vector<std::string> listed(const Answer& page, std::string_view member) {
    std::vector<std::string> values;
    for (const json::value& item : page.json().at("items").as_array())
      values.emplace_back(item.at(member).as_string());
    return values;
  }
};

// EXPECT_TRUE(refused(answer, 409, "conflict")): a problem of this type, and where it points.
inline ::testing::AssertionResult refused(const Answer& answer, int status, std::string_view slug,
                                          std::string_view pointer = {}) {
  const auto fail = [&] {
    return ::testing::AssertionFailure() << answer.status << ' ' << answer.body;
  };
  if (answer.status != status) return fail();
  if (answer.member("type") != "urn:optare:problem:" + std::string(slug)) return fail();
  if (answer.member("detail").empty()) return fail();
  const json::value body = answer.json();
  const auto* errors = body.as_object().if_contains("errors");
  const std::string there =
      errors == nullptr ? "" : std::string(errors->at(0).at("pointer").as_string());
  if (there != pointer) return fail();
  return ::testing::AssertionSuccess();
}

inline std::vector<std::string> members(const json::value& value) {
  std::vector<std::string> names;
  for (const auto& member : value.as_object()) names.emplace_back(member.key());
  return names;
}

}  // namespace optare
