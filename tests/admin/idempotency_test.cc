// Idempotency-Key: one effect, and a repeat finds the first outcome (contracts.md C).
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/admin/admin_api.h"

namespace optare {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Idempotency : public AdminApi {
 protected:
  static std::vector<Header> with_key(std::string key = "key-1") {
    return {{"Idempotency-Key", std::move(key)}};
  }
  // The answer without what a repeat must not show.
  static json::object without_secret(const Answer& answer) {
    json::value body = answer.json();
    if (!body.is_object()) return {};
    body.as_object().erase("client_secret");
    return body.as_object();
  }
  // Asks, lets the world go on, and asks again.
  void expect_repeatable(Method method, const std::string& path, const std::string& body = {},
                         const std::function<void()>& meanwhile = nullptr) {
    SCOPED_TRACE(std::string(text(method)) + ' ' + path);
    const std::string key = "key " + std::to_string(++keys_);
    const std::vector<Header> headers{{"Idempotency-Key", "k-" + std::to_string(keys_)}};
    const Answer first = ask(method, path, body, headers);
    EXPECT_LT(first.status, 300) << first.body;
    EXPECT_EQ(first.header("Idempotency-Replayed"), "");
    if (meanwhile) meanwhile();
    spine.advance(std::chrono::seconds(1));
    const std::uint64_t before = position();
    const Answer again = ask(method, path, body, headers);
    EXPECT_EQ(again.status, first.status);
    EXPECT_EQ(json::value(json::parse(again.body.empty() ? "{}" : again.body)),
              json::value(without_secret(first)));
    EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
    for (const std::string name : {"ETag", "Location", "Optare-Position"})
      EXPECT_EQ(again.header(name), first.header(name)) << name;
    EXPECT_EQ(position(), before);
    EXPECT_THAT(again.body, Not(HasSubstr("sk_")));
  }

 private:
  int keys_ = 0;
};

TEST_F(Idempotency, HoldsForEveryWrite) {
  expect_repeatable(Method::post, "/applications", R"({"name":"Once","type":"m2m"})");
  expect_repeatable(Method::post, "/apis", R"({"identifier":"urn:once","name":"Once"})");
  const Made api = make_api();
  const Made made = make_application();
  const auto rename = [&] { ask(Method::patch, made.path, R"({"name":"Meanwhile"})"); };
  expect_repeatable(Method::patch, made.path, R"({"name":"A"})", rename);
  expect_repeatable(Method::put, made.path + "/apis/" + api.id, R"({"scopes":["read"]})", [&] {
    ask(Method::put, made.path + "/apis/" + api.id, R"({"scopes":["read","write"]})");
  });
  expect_repeatable(Method::delete_, made.path + "/apis/" + api.id);
  expect_repeatable(Method::put, api.path + "/introspectors/" + made.id);
  expect_repeatable(Method::delete_, api.path + "/introspectors/" + made.id);
  expect_repeatable(Method::post, made.path + "/rotate-secret", "", rename);
  expect_repeatable(Method::delete_, made.path + "/secrets/" + made.secret_id);
  expect_repeatable(Method::post, made.path + "/deactivate", "",
                    [&] { ask(Method::post, made.path + "/activate"); });
  ask(Method::post, made.path + "/deactivate");
  expect_repeatable(Method::post, made.path + "/activate", R"({"reason":"back"})", rename);
  expect_repeatable(Method::post, made.path + "/revoke-tokens", "", rename);
  expect_repeatable(Method::delete_, made.path);
  expect_repeatable(Method::patch, api.path, R"({"name":"B"})");
  expect_repeatable(Method::delete_, api.path);
  expect_repeatable(Method::post, "/keys/rotate", R"({"alg":"EdDSA"})");
}

TEST_F(Idempotency, HoldsForTheRevocationOfAKey) {
  const std::string kid = listed(ask(Method::get, "/keys"), "kid").front();
  const std::string path = "/keys/" + kid + "/revoke";
  const Answer first = ask(Method::post, path, "", with_key());
  token = log_in();
  const Answer again = ask(Method::post, path, "", with_key());
  EXPECT_EQ(again.body, first.body);
  EXPECT_NE(again.member("replacement_kid"), "null");
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(spine.node().vault.names("signing-key/").size(), 2U);
}

TEST_F(Idempotency, HoldsAfterARestart) {
  const std::string body = R"({"name":"Once","type":"m2m"})";
  const Answer first = ask(Method::post, "/applications", body, with_key());
  spine.restart();
  const Answer again = ask(Method::post, "/applications", body, with_key());
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(json::value(again.json()), json::value(without_secret(first)));
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(ask(Method::get, "/applications").json().at("items").as_array().size(), 2U);
}

TEST_F(Idempotency, RefusesTheKeyForAnotherBody) {
  ask(Method::post, "/applications", R"({"name":"A","type":"m2m"})", with_key());
  const std::uint64_t before = position();
  EXPECT_TRUE(
      refused(ask(Method::post, "/applications", R"({"name":"B","type":"m2m"})", with_key()), 422,
              "idempotency-key-reused"));
  EXPECT_EQ(position(), before);
}

TEST_F(Idempotency, IsByMethodPathAndActor) {
  const std::string body = R"({"name":"A"})";
  const Made one = make_application();
  const Made two = make_application();
  EXPECT_EQ(ask(Method::patch, one.path, body, with_key()).header("Idempotency-Replayed"), "");
  EXPECT_EQ(ask(Method::patch, two.path, body, with_key()).header("Idempotency-Replayed"), "");
  EXPECT_EQ(ask(Method::get, two.path).member("name"), "A");
  EXPECT_EQ(ask(Method::delete_, two.path, "", with_key()).status, 200);

  const Made other = make_application(
      "Other", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["write:applications"]}}])",
                           admin_api_id()));
  const std::string its = spine.token(other.client(), admin_audience());
  const std::string create = R"({"name":"Mine","type":"m2m"})";
  const Answer ours = ask(Method::post, "/applications", create, with_key());
  const Answer theirs = ask_as(its, Method::post, "/applications", create, with_key());
  EXPECT_EQ(theirs.status, 201);
  EXPECT_NE(theirs.member("client_id"), ours.member("client_id"));
}

TEST_F(Idempotency, RemembersOnlyWhatWasAdmitted) {
  const std::string path = "/applications/srv_none";
  EXPECT_EQ(ask(Method::patch, path, R"({"name":"A"})", with_key()).status, 404);
  EXPECT_EQ(ask(Method::patch, path, R"({"name":"B"})", with_key()).status, 404);
  // Already so: nothing was recorded, so that nothing is remembered.
  const Made made = make_application("Same");
  EXPECT_EQ(ask(Method::patch, made.path, R"({"name":"Same"})", with_key()).status, 200);
  EXPECT_EQ(ask(Method::patch, made.path, R"({"name":"New"})", with_key()).status, 200);
}

TEST_F(Idempotency, LastsADay) {
  const std::string body = R"({"name":"Once","type":"m2m"})";
  const Answer first = ask(Method::post, "/applications", body, with_key());
  spine.advance(std::chrono::hours(24) - std::chrono::milliseconds(1));
  token = log_in();
  EXPECT_EQ(ask(Method::post, "/applications", body, with_key()).member("client_id"),
            first.member("client_id"));
  spine.advance(std::chrono::milliseconds(1));
  const Answer later = ask(Method::post, "/applications", body, with_key());
  EXPECT_EQ(later.status, 201);
  EXPECT_NE(later.member("client_id"), first.member("client_id"));
  EXPECT_EQ(later.header("Idempotency-Replayed"), "");
}

TEST_F(Idempotency, SaysWhenTheFirstIsStillInFlight) {
  std::vector<Response> answers;
  boost::asio::io_context io;
  Request request;
  request.method = Method::post;
  request.path = "/api/v1/applications";
  request.headers = {{"Authorization", "Bearer " + token},
                     {"Content-Type", "application/json"},
                     {"Idempotency-Key", "key-1"}};
  request.body = R"({"name":"Once","type":"m2m"})";
  std::array<Request, 2> requests{request, request};
  // On one thread: the second begins where the first waits for the log.
  for (Request& one : requests) {
    boost::asio::co_spawn(
        io, spine.composition().routes.dispatch(one),
        [&](const std::exception_ptr&, Response answer) { answers.push_back(std::move(answer)); });
  }
  io.run();
  ASSERT_EQ(answers.size(), 2U);
  std::ranges::sort(answers, {}, &Response::status);
  EXPECT_EQ(answers[0].status, 201);
  const Response& late = answers[1];
  const Answer second{late.status, late.headers, late.body, late.stream};
  EXPECT_TRUE(refused(second, 409, "idempotency-in-flight"));
  EXPECT_EQ(second.header("Retry-After"), "1");
}

TEST_F(Idempotency, WantsAFitKey) {
  const std::string body = R"({"name":"Once","type":"m2m"})";
  const std::string too_long(256, 'k');
  for (const std::string& key :
       {std::string(), std::string("two words"), std::string("k\xC3\xA4"), too_long}) {
    EXPECT_TRUE(refused(ask(Method::post, "/applications", body, with_key(key)), 400, "malformed"))
        << key;
  }
  const std::vector<Header> twice{{"Idempotency-Key", "a"}, {"Idempotency-Key", "b"}};
  EXPECT_TRUE(refused(ask(Method::post, "/applications", body, twice), 400, "malformed"));
  EXPECT_EQ(ask(Method::post, "/applications", body, with_key(std::string(255, 'k'))).status, 201);
  EXPECT_EQ(ask(Method::get, "/applications", "", with_key(too_long)).status,
            200);  // of writes only
}

}  // namespace
}  // namespace optare
