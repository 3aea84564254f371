// The secrets of an application over HTTP (contracts.md P).
#include "tests/admin/admin_api.h"

namespace optare {
namespace {

using ::testing::MatchesRegex;
using ::testing::UnorderedElementsAre;

class Secrets : public AdminApi {
 protected:
  Made made = make_application();
  std::string rotate = made.path + "/rotate-secret";

  // Who asks is known before what is asked for is refused.
  bool opens(const std::string& secret) {
    const Answer answer = spine.request_token({made.id, secret, ""}, "https://nothing.granted");
    return answer.member("error") == "invalid_target";
  }
  std::vector<std::string> shown() {
    std::vector<std::string> ids;
    const json::value body = ask(Method::get, made.path).json();
    for (const json::value& secret : body.at("secrets").as_array())
      ids.emplace_back(secret.at("secret_id").as_string());
    return ids;
  }
};

TEST_F(Secrets, AreRotatedAndOverlap) {
  const Answer rotated = ask(Method::post, rotate);
  EXPECT_EQ(rotated.status, 200);
  EXPECT_THAT(members(rotated.json()),
              UnorderedElementsAre("client_id", "client_secret", "secret_id", "previous_secret_id",
                                   "previous_secret_expires_at"));
  EXPECT_THAT(rotated.member("client_secret"), MatchesRegex("sk_[0-9A-Za-z]{49}"));
  EXPECT_EQ(rotated.member("previous_secret_id"), made.secret_id);
  EXPECT_EQ(rotated.member("previous_secret_expires_at"),
            rfc3339(spine.clock.wall() + std::chrono::hours(24)));
  EXPECT_EQ(shown(), (std::vector{made.secret_id, rotated.member("secret_id")}));
  EXPECT_TRUE(opens(made.secret));
  EXPECT_TRUE(opens(rotated.member("client_secret")));

  spine.advance(std::chrono::hours(24) - std::chrono::milliseconds(1));
  EXPECT_TRUE(opens(made.secret));
  spine.advance(std::chrono::milliseconds(1));
  token = log_in();
  EXPECT_FALSE(opens(made.secret));
  EXPECT_TRUE(opens(rotated.member("client_secret")));
  EXPECT_EQ(shown(), std::vector{rotated.member("secret_id")});
}

TEST_F(Secrets, OverlapAsLongAsIsAsked) {
  const Answer rotated = ask(Method::post, rotate, R"({"overlap_seconds":0})");
  EXPECT_EQ(rotated.member("previous_secret_expires_at"), rfc3339(spine.clock.wall()));
  EXPECT_FALSE(opens(made.secret));
  const Answer again = ask(Method::post, rotate, R"({"overlap_seconds":604800})");
  EXPECT_EQ(again.status, 200);  // the first one is gone already
  EXPECT_EQ(again.member("previous_secret_expires_at"),
            rfc3339(spine.clock.wall() + std::chrono::days(7)));
}

TEST_F(Secrets, RefuseABadRotation) {
  for (const std::string overlap : {"-1", "604801", "1.5", "\"1\"", "true"}) {
    const std::string body = R"({"overlap_seconds":)" + overlap + "}";
    EXPECT_TRUE(refused(ask(Method::post, rotate, body), 400, "invalid", "/overlap_seconds"))
        << body;
  }
  EXPECT_TRUE(refused(ask(Method::post, rotate, R"({"overlap":1})"), 400, "invalid", "/overlap"));
  EXPECT_TRUE(refused(ask(Method::post, rotate, R"({"drop_secret_id":"sec_none"})"), 422,
                      "unprocessable", "/drop_secret_id"));
  const auto dropping = [&](std::size_t bytes) {
    return ask(Method::post, rotate,
               fmt::format(R"({{"drop_secret_id":"{}"}})", std::string(bytes, 's')));
  };
  EXPECT_TRUE(refused(dropping(64), 422, "unprocessable", "/drop_secret_id"));
  EXPECT_TRUE(refused(dropping(65), 400, "invalid", "/drop_secret_id"));
  EXPECT_TRUE(refused(ask(Method::post, "/applications/srv_none/rotate-secret"), 404, "not-found"));
}

TEST_F(Secrets, AreAtMostTwo) {
  const Answer second = ask(Method::post, rotate);
  EXPECT_TRUE(refused(ask(Method::post, rotate), 409, "rotation-under-way"));
  EXPECT_TRUE(refused(ask(Method::post, rotate, R"({"drop_secret_id":"sec_none"})"), 422,
                      "unprocessable", "/drop_secret_id"));

  // Dropping the older one: the current one gets the overlap.
  const Answer third =
      ask(Method::post, rotate, fmt::format(R"({{"drop_secret_id":"{}"}})", made.secret_id));
  EXPECT_EQ(third.status, 200);
  EXPECT_EQ(third.member("previous_secret_id"), second.member("secret_id"));
  EXPECT_FALSE(opens(made.secret));
  EXPECT_TRUE(opens(second.member("client_secret")));

  // Dropping the newest (it leaked): the older one keeps its deadline.
  spine.advance(std::chrono::minutes(1));
  const Answer fourth = ask(Method::post, rotate,
                            fmt::format(R"({{"drop_secret_id":"{}"}})", third.member("secret_id")));
  EXPECT_EQ(fourth.member("previous_secret_id"), second.member("secret_id"));
  EXPECT_EQ(fourth.member("previous_secret_expires_at"),
            third.member("previous_secret_expires_at"));
  EXPECT_FALSE(opens(third.member("client_secret")));
  EXPECT_TRUE(opens(fourth.member("client_secret")));
}

TEST_F(Secrets, AreEndedEarlyButForTheNewest) {
  const Answer second = ask(Method::post, rotate);
  const std::string old = made.path + "/secrets/" + made.secret_id;
  const Answer ended = ask(Method::delete_, old);
  EXPECT_EQ(ended.status, 204);
  EXPECT_EQ(ended.header("ETag"), "\"3\"");
  EXPECT_FALSE(opens(made.secret));
  EXPECT_TRUE(opens(second.member("client_secret")));
  EXPECT_TRUE(refused(ask(Method::delete_, old), 404, "not-found"));
  EXPECT_TRUE(refused(ask(Method::delete_, made.path + "/secrets/" + second.member("secret_id")),
                      409, "conflict"));
}

}  // namespace
}  // namespace optare
