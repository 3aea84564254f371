// The life of an application over the admin API.
#include "tests/support/spine.h"

#include <gtest/gtest.h>

namespace optare {
namespace {

TEST(Applications, AreCreatedShownAndDeleted) {
  Spine spine;
  const Answer created =
      spine.admin(Method::post, "/applications", R"({"name":"Cron","type":"m2m"})");
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string path = "/applications/" + created.member("client_id");
  EXPECT_EQ(created.header("Location"), "/api/v1" + path);
  const Answer shown = spine.admin(Method::get, path);
  EXPECT_EQ(shown.status, 200) << shown.body;
  const Answer deleted = spine.admin(Method::delete_, path);
  EXPECT_EQ(deleted.status, 200) << deleted.body;
  EXPECT_EQ(spine.admin(Method::get, path).status, 404);
  EXPECT_EQ(spine.admin(Method::delete_, path).status, 404);
}

}  // namespace
}  // namespace optare
