// Who may introspect an API's tokens.
#include "tests/admin/admin_api.h"

namespace optare {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Introspectors : public AdminApi {
 protected:
  Made api = make_api();
  Made guard = make_application("Guard");
  std::string list = api.path + "/introspectors";
  std::string path = list + "/" + guard.id;
};

TEST_F(Introspectors, AreAllowedAndListed) {
  const Answer allowed = ask(Method::put, path);
  EXPECT_EQ(allowed.status, 200);
  EXPECT_EQ(allowed.member("client_id"), guard.id);
  EXPECT_EQ(allowed.header("ETag"), "\"2\"");  // the API's
  const std::uint64_t after = position();
  EXPECT_EQ(ask(Method::put, path).status, 200);
  EXPECT_EQ(position(), after);
  const Answer listed_ones = ask(Method::get, list);
  EXPECT_THAT(listed(listed_ones, "client_id"), ElementsAre(guard.id));
  EXPECT_THAT(listed(listed_ones, "name"), ElementsAre("Guard"));
}

TEST_F(Introspectors, AreRemovedAlways) {
  ask(Method::put, path);
  EXPECT_EQ(ask(Method::delete_, path).status, 204);
  const std::uint64_t after = position();
  EXPECT_EQ(ask(Method::delete_, path).status, 204);
  EXPECT_EQ(ask(Method::delete_, list + "/srv_none").status, 204);
  EXPECT_EQ(ask(Method::delete_, "/apis/api_none/introspectors/" + guard.id).status, 204);
  EXPECT_EQ(position(), after);
  EXPECT_THAT(listed(ask(Method::get, list), "client_id"), IsEmpty());
}

TEST_F(Introspectors, ThatAreDeletedAreShownAsSuch) {
  ask(Method::put, path);
  ask(Method::delete_, guard.path);
  EXPECT_THAT(listed(ask(Method::get, list), "status"), ElementsAre("deleted"));
  EXPECT_EQ(ask(Method::delete_, path).status, 204);
}

TEST_F(Introspectors, RefuseWhatIsNotThere) {
  EXPECT_TRUE(refused(ask(Method::put, list + "/srv_none"), 404, "not-found"));
  EXPECT_TRUE(
      refused(ask(Method::put, "/apis/api_none/introspectors/" + guard.id), 404, "not-found"));
  EXPECT_TRUE(refused(ask(Method::get, "/apis/api_none/introspectors"), 404, "not-found"));
  // Tokens of the admin API are shown to their own client only.
  EXPECT_TRUE(refused(ask(Method::put, "/apis/" + admin_api_id() + "/introspectors/" + guard.id),
                      409, "conflict"));
}

}  // namespace
}  // namespace optare
