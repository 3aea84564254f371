// What every request may carry: If-Match, Optare-Min-Position, and a query that is known.
#include <boost/asio/co_spawn.hpp>
#include <list>
#include <thread>

#include "commands/application/update_client.h"
#include "tests/admin/admin_api.h"

namespace optare {
namespace {

class Requests : public AdminApi {
 protected:
  Answer rename(const std::string& path, const std::string& to, std::vector<Header> if_match) {
    return ask(Method::patch, path, R"({"name":")" + to + R"("})", std::move(if_match));
  }
};

TEST_F(Requests, ChangeOnlyTheVersionThatIfMatchNames) {
  const Made made = make_application();
  EXPECT_TRUE(refused(rename(made.path, "A", {{"If-Match", "\"2\""}}), 412, "precondition-failed"));
  EXPECT_EQ(rename(made.path, "A", {{"If-Match", "\"1\""}}).header("ETag"), "\"2\"");
  // Also when there would be nothing to do.
  EXPECT_TRUE(refused(rename(made.path, "A", {{"If-Match", "\"1\""}}), 412, "precondition-failed"));
  EXPECT_EQ(rename(made.path, "B", {{"If-Match", "\"1\", \"2\""}}).header("ETag"), "\"3\"");
  EXPECT_EQ(rename(made.path, "C", {{"If-Match", "\"1\""}, {"If-Match", "\"3\""}}).header("ETag"),
            "\"4\"");
  EXPECT_EQ(rename(made.path, "D", {{"If-Match", "*"}}).header("ETag"), "\"5\"");
  for (const std::string tag : {"W/\"5\"", "5", "\"5", "\"\"", "\"x\"", "\"05x\"", ""}) {
    EXPECT_TRUE(refused(rename(made.path, "E", {{"If-Match", tag}}), 412, "precondition-failed"))
        << tag;
  }
}

TEST_F(Requests, HonourIfMatchOnEveryWrite) {
  const Made api = make_api();
  const Made made = make_application();
  const std::vector<Header> other{{"If-Match", "\"9\""}};
  ask(Method::put, made.path + "/apis/" + api.id, R"({"scopes":["read"]})");
  ask(Method::post, made.path + "/rotate-secret");
  const std::uint64_t before = position();
  for (const AdminRoute& route : admin_route_table()) {
    if (route.method == Method::get) continue;
    std::string path(route.path);
    for (const auto& [name, value] :
         {std::pair<std::string, std::string>{"{client_id}", made.id},
          {"{api_id}", api.id},
          {"{secret_id}", made.secret_id},
          {"{kid}", listed(ask(Method::get, "/keys"), "kid").front()}}) {
      if (const auto at = path.find(name); at != std::string::npos)
        path.replace(at, name.size(), value);
    }
    std::string body;
    if (path == "/applications") body = R"({"name":"A","type":"m2m"})";
    if (path == "/apis") body = R"({"identifier":"urn:a","name":"A"})";
    if (path == "/feature-level") body = R"({"level":1})";
    if (route.method == Method::patch) body = R"({"name":"Z"})";
    if (path.ends_with(api.id) && route.method == Method::put) body = R"({"scopes":["write"]})";
    if (path.ends_with("rotate-secret"))
      body = fmt::format(R"({{"drop_secret_id":"{}"}})", made.secret_id);
    EXPECT_TRUE(refused(ask(route.method, path, body, other), 412, "precondition-failed")) << path;
  }
  EXPECT_EQ(position(), before);
}

TEST_F(Requests, FindWhatWasJustWritten) {
  const std::uint64_t next = position() + 1;
  std::thread writer([&] { spine.create_client("Later"); });
  const Answer answer =
      ask(Method::get, "/applications", "", {{"Optare-Min-Position", std::to_string(next)}});
  writer.join();
  EXPECT_EQ(answer.status, 200);
  EXPECT_GE(std::stoull(answer.header("Optare-Position")), next);
  EXPECT_EQ(answer.json().at("items").as_array().size(), 2U);
}

TEST_F(Requests, WaitForAPositionNoLongerThanFiveSeconds) {
  EXPECT_EQ(min_position_patience, std::chrono::seconds(5));
  boost::asio::io_context context;
  Request request;
  request.path = "/api/v1/applications";
  request.headers = {{"Authorization", "Bearer " + token},
                     {"Optare-Min-Position", std::to_string(position() + 1)}};
  std::optional<Answer> answer;
  boost::asio::co_spawn(context, spine.composition().routes.dispatch(request),
                        [&](const std::exception_ptr& fault, const Response& response) {
                          if (fault) std::rethrow_exception(fault);
                          answer = Answer{response.status, response.headers, response.body, {}};
                        });
  context.poll();  // it waits now
  spine.advance(min_position_patience - std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it would be told by then
  context.poll();
  EXPECT_FALSE(answer);
  spine.advance(std::chrono::milliseconds(1));
  context.run();
  ASSERT_TRUE(answer);
  expect_described(Method::get, request.path, "", *answer);
  EXPECT_TRUE(refused(*answer, 503, "not-fresh"));
  EXPECT_FALSE(answer->header("Retry-After").empty());
}

// Who may read must not be able to hold every place of a listener.
TEST_F(Requests, WaitForAPositionInALimitedNumber) {
  boost::asio::io_context context;
  std::list<Request> requests;
  std::vector<int> statuses;
  for (std::size_t i = 0; i <= position_waits_max; ++i) {
    Request& request = requests.emplace_back();
    request.path = "/api/v1/apis";
    request.headers = {{"Authorization", "Bearer " + token},
                       {"Optare-Min-Position", std::to_string(position() + 1)}};
    boost::asio::co_spawn(context, spine.composition().routes.dispatch(request),
                          [&](const std::exception_ptr& fault, const Response& response) {
                            if (fault) std::rethrow_exception(fault);
                            statuses.push_back(response.status);
                          });
  }
  context.poll();
  EXPECT_EQ(statuses, std::vector{503});
  spine.create_client("Later");
  context.run();
  EXPECT_EQ(std::ranges::count(statuses, 200), position_waits_max);
  EXPECT_EQ(
      ask(Method::get, "/apis", "", {{"Optare-Min-Position", std::to_string(position())}}).status,
      200);
}

TEST_F(Requests, RefuseAPositionThatIsNone) {
  for (const std::string position : {"x", "-1", "1.5", "1 ", "99999999999999999999"}) {
    EXPECT_TRUE(refused(ask(Method::get, "/apis", "", {{"Optare-Min-Position", position}}), 400,
                        "malformed"))
        << position;
  }
}

TEST_F(Requests, AreAnsweredFromAnOldViewThatSaysSo) {
  const Made made = make_application();
  EXPECT_EQ(ask(Method::get, made.path).header("Optare-View-Age"), "");
  spine.node().states.stop("a test");
  for (const std::string& path :
       {made.path, std::string("/applications"), std::string("/keys"), std::string("/events")}) {
    const Answer answer = ask(Method::get, path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_NE(answer.header("Optare-View-Age"), "") << path;
  }
}

TEST_F(Requests, AskNothingThatIsNotKnown) {
  const Made made = make_application();
  EXPECT_TRUE(refused(ask(Method::get, "/applications?limti=1"), 400, "invalid"));
  EXPECT_TRUE(refused(ask(Method::get, made.path + "?fields=name"), 400, "invalid"));
  EXPECT_TRUE(refused(ask(Method::post, made.path + "/deactivate?force=true"), 400, "invalid"));
  EXPECT_EQ(ask(Method::get, made.path).member("status"), "active");
}

TEST_F(Requests, WantTheMethodsThatAreThere) {
  const Answer answer = spine.admin(Method::put, "/applications");
  EXPECT_TRUE(refused(answer, 405, "method-not-allowed"));
  EXPECT_EQ(answer.header("Allow"), "POST, GET, HEAD");
  EXPECT_TRUE(refused(spine.admin(Method::get, "/nothing"), 404, "not-found"));
}

TEST_F(Requests, AreNamedInWhatTheyRecord) {
  Request request;
  request.method = Method::post;
  request.path = "/api/v1/applications";
  request.headers = {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}};
  request.body = R"({"name":"Once","type":"m2m"})";
  request.request_id = "from-the-caller";
  request.remote_address = "192.0.2.7";
  EXPECT_EQ(spine.run_task(spine.composition().routes.dispatch(request)).status, 201);
  const auto commits = spine.node().accepted.after(Partition::control, position() - 1, 1);
  ASSERT_EQ(commits.size(), 1U);
  EXPECT_EQ(commits.front().commit.request_id, "from-the-caller");
  EXPECT_EQ(commits.front().commit.origin_address, "192.0.2.7");
  EXPECT_EQ(commits.front().commit.actor, (Actor{ActorType::application, spine.admin().id}));
}

TEST(RequestsBelowAPath, SayWhereThingsAreBelowIt) {
  Spine spine("http://127.0.0.1:8080/tenant");
  const Answer token = spine.post_form("/tenant/oauth2/token", "grant_type=client_credentials",
                                       {spine.admin().basic()});
  const std::vector<Header> headers{{"Authorization", "Bearer " + token.member("access_token")},
                                    {"Content-Type", "application/json"}};
  const Answer made = spine.send(Method::post, "/tenant/api/v1/applications", headers,
                                 R"({"name":"Once","type":"m2m"})");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.header("Location"), "/tenant/api/v1/applications/" + made.member("client_id"));
  EXPECT_EQ(spine.get(made.header("Location"), headers).status, 200);
}

}  // namespace
}  // namespace optare
