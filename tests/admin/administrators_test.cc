// Who administers, and that somebody always does (contracts.md O).
#include "tests/admin/admin_api.h"

namespace optare {
namespace {

class Administrators : public AdminApi {
 protected:
  std::string ours = "/applications/" + spine.admin().id;
  std::string our_grant = ours + "/apis/" + admin_api_id();

  Made second(const std::string& scopes = R"(["write:applications"])") {
    return make_application("Second", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":{}}}])",
                                                  admin_api_id(), scopes));
  }
};

TEST_F(Administrators, TheLastStays) {
  second(R"(["read:applications"])");  // no administrator
  const std::uint64_t before = position();
  EXPECT_TRUE(refused(ask(Method::delete_, ours), 409, "last-administrator"));
  EXPECT_TRUE(refused(ask(Method::post, ours + "/deactivate"), 409, "last-administrator"));
  EXPECT_TRUE(refused(ask(Method::delete_, our_grant), 409, "last-administrator"));
  EXPECT_TRUE(refused(ask(Method::put, our_grant, R"({"scopes":["read:applications"]})"), 409,
                      "last-administrator"));
  EXPECT_EQ(position(), before);
}

TEST_F(Administrators, OneOfTwoMayGo) {
  const Made other = second();
  EXPECT_EQ(ask(Method::delete_, ours).status, 200);
  EXPECT_TRUE(refused(ask(Method::get, "/apis"), 401, "unauthenticated"));
  token = spine.token(other.client(), admin_audience());
  EXPECT_TRUE(refused(ask(Method::delete_, other.path + "/apis/" + admin_api_id()), 409,
                      "last-administrator"));
}

TEST_F(Administrators, MayDemoteThemselvesWhenThereIsAnother) {
  second();
  EXPECT_EQ(ask(Method::put, our_grant, R"({"scopes":["read:apis"]})").status, 200);
}

TEST_F(Administrators, GiveNoScopeThatTheyLack) {
  const Made other = second();
  token = spine.token(other.client(), admin_audience());
  const Made third = make_application("Third");
  const std::string grant = third.path + "/apis/" + admin_api_id();
  EXPECT_TRUE(refused(ask(Method::put, grant, R"({"scopes":["write:applications","manage:keys"]})"),
                      403, "insufficient-scope", "/scopes/1"));
  EXPECT_TRUE(refused(
      ask(Method::post, "/applications",
          fmt::format(
              R"({{"name":"A","type":"m2m","apis":[{{"api_id":"{}","scopes":["manage:keys"]}}]}})",
              admin_api_id())),
      403, "insufficient-scope", "/apis/0/scopes/0"));
  EXPECT_EQ(ask(Method::put, grant, R"({"scopes":["write:applications"]})").status, 200);
}

TEST_F(Administrators, AreBoundByTheScopesOfTheirToken) {
  const Made other = second(R"(["read:apis"])");
  token = log_in("write:applications");
  EXPECT_TRUE(refused(ask(Method::put, other.path + "/apis/" + admin_api_id(),
                          R"({"scopes":["read:apis","manage:keys"]})"),
                      403, "insufficient-scope", "/scopes/1"));
  // What it has already may stay.
  EXPECT_EQ(ask(Method::put, other.path + "/apis/" + admin_api_id(),
                R"({"scopes":["read:apis","write:applications"]})")
                .status,
            200);
}

}  // namespace
}  // namespace optare
