// /feature-level: what the log may hold.
#include "core/log/admission.h"
#include "tests/admin/admin_api.h"

namespace optare {
namespace {

class FeatureLevel : public AdminApi {
 protected:
  Answer raise_to(const std::string& level, std::vector<Header> headers = {}) {
    return ask(Method::post, "/feature-level", R"({"level":)" + level + "}", std::move(headers));
  }
};

TEST_F(FeatureLevel, IsShownBesideWhatThisBuildUnderstands) {
  const Answer shown = ask(Method::get, "/feature-level");
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.member("raised"), "1");
  EXPECT_EQ(shown.member("supported"), std::to_string(feature_level_supported));
}

TEST_F(FeatureLevel, ThatWasReachedIsNotRecordedAgain) {
  const std::uint64_t before = position();
  const Answer raised = raise_to("1");
  EXPECT_EQ(raised.status, 200);
  EXPECT_EQ(raised.json(), ask(Method::get, "/feature-level").json());
  EXPECT_EQ(raise_to("1", {{"Idempotency-Key", "once"}}).status, 200);
  EXPECT_EQ(position(), before);
}

// Raised all the same, this very node would stop there.
TEST_F(FeatureLevel, AboveWhatThisBuildUnderstandsIsRefused) {
  const std::uint64_t before = position();
  const Answer answer = raise_to(std::to_string(feature_level_supported + 1));
  EXPECT_TRUE(refused(answer, 422, "unprocessable", "/level"));
  EXPECT_THAT(answer.member("detail"),
              testing::HasSubstr("install a newer one on every node first"));
  EXPECT_EQ(raise_to("4294967295").status, 422);
  EXPECT_EQ(position(), before);
}

TEST_F(FeatureLevel, IsAWholeNumberFromOneOn) {
  for (const std::string level : {"0", "-1", "1.5", "4294967296", "\"1\"", "null"})
    EXPECT_TRUE(refused(raise_to(level), 400, "invalid", "/level")) << level;
  EXPECT_TRUE(refused(ask(Method::post, "/feature-level", R"({"level":1,"force":true})"), 400,
                      "invalid", "/force"));
  EXPECT_TRUE(refused(ask(Method::post, "/feature-level"), 415, "unsupported-media-type"));
}

}  // namespace
}  // namespace optare
