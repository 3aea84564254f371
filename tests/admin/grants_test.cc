// What an application may ask of an API, from both ends.
#include "tests/admin/admin_api.h"

namespace optare {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Grants : public AdminApi {
 protected:
  Made api = make_api();
  Made made = make_application();
  std::string path = made.path + "/apis/" + api.id;
};

TEST_F(Grants, AreSetWhole) {
  const Answer granted = ask(Method::put, path, R"({"scopes":["write","read","read"]})");
  EXPECT_EQ(granted.status, 200);
  EXPECT_EQ(granted.member("scopes"), R"(["read","write"])");
  EXPECT_EQ(granted.member("identifier"), "https://api.myapp.com");
  EXPECT_EQ(granted.header("ETag"), "\"2\"");
  const Answer smaller = ask(Method::put, path, R"({"scopes":["read"]})");
  EXPECT_EQ(smaller.member("scopes"), R"(["read"])");
  const std::uint64_t after = position();
  EXPECT_EQ(ask(Method::put, path, R"({"scopes":["read"]})").header("ETag"), "\"3\"");
  EXPECT_EQ(position(), after);
}

TEST_F(Grants, AreSeenFromBothEnds) {
  ask(Method::put, path, R"({"scopes":["read"]})");
  const Answer of_application = ask(Method::get, made.path + "/apis");
  EXPECT_THAT(listed(of_application, "api_id"), ElementsAre(api.id));
  const Answer of_api = ask(Method::get, api.path + "/applications");
  EXPECT_THAT(listed(of_api, "client_id"), ElementsAre(made.id));
  EXPECT_EQ(of_api.json().at("items").at(0).at("scopes"), json::array{"read"});
  EXPECT_EQ(of_api.json().at("items").at(0).at("granted_at"),
            of_application.json().at("items").at(0).at("granted_at"));
  ask(Method::delete_, made.path);
  EXPECT_THAT(listed(ask(Method::get, api.path + "/applications"), "client_id"), IsEmpty());
}

TEST_F(Grants, AreTaken) {
  ask(Method::put, path, R"({"scopes":["read"]})");
  const std::string its = spine.token(made.client(), "https://api.myapp.com");
  const Answer taken = ask(Method::delete_, path);
  EXPECT_EQ(taken.status, 204);
  EXPECT_EQ(taken.header("ETag"), "\"3\"");
  EXPECT_FALSE(spine.active(made.client(), its));
  EXPECT_EQ(spine.request_token(made.client(), "https://api.myapp.com").member("error"),
            "invalid_target");
}

TEST_F(Grants, AreGoneAlwaysWhenTaken) {
  const std::uint64_t before = position();
  EXPECT_EQ(ask(Method::delete_, path).status, 204);
  EXPECT_EQ(ask(Method::delete_, made.path + "/apis/api_none").status, 204);
  EXPECT_EQ(ask(Method::delete_, "/applications/srv_none/apis/" + api.id).status, 204);
  EXPECT_EQ(position(), before);
}

TEST_F(Grants, RefuseWhatIsNotThere) {
  const std::string body = R"({"scopes":["read"]})";
  EXPECT_TRUE(refused(ask(Method::put, made.path + "/apis/api_none", body), 404, "not-found"));
  EXPECT_TRUE(
      refused(ask(Method::put, "/applications/srv_none/apis/" + api.id, body), 404, "not-found"));
  EXPECT_TRUE(refused(ask(Method::put, path, R"({"scopes":["read","admin"]})"), 422,
                      "unprocessable", "/scopes/1"));
  EXPECT_TRUE(refused(ask(Method::put, path, "{}"), 400, "invalid", "/scopes"));
  EXPECT_TRUE(refused(ask(Method::put, path, R"({"scopes":"read"})"), 400, "invalid", "/scopes"));
  EXPECT_TRUE(refused(ask(Method::get, "/applications/srv_none/apis"), 404, "not-found"));
  EXPECT_TRUE(refused(ask(Method::get, "/apis/api_none/applications"), 404, "not-found"));
}

TEST_F(Grants, OfADeletedApiAreShownAsSuch) {
  ask(Method::put, path, R"({"scopes":["read"]})");
  ask(Method::delete_, api.path);
  EXPECT_THAT(listed(ask(Method::get, made.path + "/apis"), "status"), ElementsAre("deleted"));
  EXPECT_TRUE(refused(ask(Method::get, api.path + "/applications"), 404, "not-found"));
  EXPECT_EQ(ask(Method::delete_, path).status, 204);
  EXPECT_THAT(listed(ask(Method::get, made.path + "/apis"), "status"), IsEmpty());
}

}  // namespace
}  // namespace optare
