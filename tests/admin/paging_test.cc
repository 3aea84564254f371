// Lists come in pages, and a cursor is worth something only where it was given.
#include <set>

#include "tests/admin/admin_api.h"

namespace optare {
namespace {

class Paging : public AdminApi {
 protected:
  // Every item's id, page by page.
  std::vector<std::string> pages_of(const std::string& list, const std::string& member, int limit) {
    std::vector<std::string> all;
    std::string more;
    do {
      const Answer page = ask(Method::get, fmt::format("{}?limit={}{}", list, limit, more));
      EXPECT_EQ(page.status, 200) << page.body;
      const auto ids = listed(page, member);
      EXPECT_LE(ids.size(), static_cast<std::size_t>(limit));
      all.insert(all.end(), ids.begin(), ids.end());
      more = "&cursor=" + page.member("next_cursor");
    } while (more != "&cursor=null");
    return all;
  }
  void expect_pages(const std::string& list, const std::string& member, std::size_t items) {
    const auto whole = pages_of(list, member, 200);
    EXPECT_EQ(whole.size(), items) << list;
    EXPECT_EQ(std::set(whole.begin(), whole.end()).size(), items) << list;
    for (const int limit : {1, 2, 3}) EXPECT_EQ(pages_of(list, member, limit), whole) << list;
  }
};

TEST_F(Paging, EveryListGoesToItsEnd) {
  const Made api = make_api("urn:0");
  const Made application = make_application("0");
  for (int i = 1; i < 5; ++i) {
    const Made other_api = make_api(fmt::format("urn:{}", i));
    const Made other = make_application(
        std::to_string(i), fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":[]}}])", api.id));
    ask(Method::put, application.path + "/apis/" + other_api.id, R"({"scopes":[]})");
    ask(Method::put, api.path + "/introspectors/" + other.id);
    ask(Method::post, "/keys/rotate");
  }
  const Made gone = make_application("gone");
  ask(Method::delete_, gone.path);
  expect_pages("/applications", "client_id", 6);  // and the administrator
  expect_pages("/apis", "api_id", 6);             // and the admin API
  expect_pages(application.path + "/apis", "api_id", 4);
  expect_pages(api.path + "/applications", "client_id", 4);
  expect_pages(api.path + "/introspectors", "client_id", 4);
  expect_pages("/keys", "kid", 5);
}

TEST_F(Paging, GoesOnWhileThingsComeAndGo) {
  for (int i = 0; i < 4; ++i) make_application(std::to_string(i));
  const Answer first = ask(Method::get, "/applications?limit=2");
  const auto seen = listed(first, "client_id");
  for (const std::string& id : seen) {
    if (id != spine.admin().id) ask(Method::delete_, "/applications/" + id);
  }
  const Answer second =
      ask(Method::get, "/applications?limit=200&cursor=" + first.member("next_cursor"));
  EXPECT_EQ(listed(second, "client_id").size(), 3U);
}

TEST_F(Paging, ACursorSurvivesARestart) {
  for (int i = 0; i < 3; ++i) make_application(std::to_string(i));
  const std::string cursor = ask(Method::get, "/applications?limit=1").member("next_cursor");
  const Answer before = ask(Method::get, "/applications?cursor=" + cursor);
  spine.restart();
  EXPECT_EQ(ask(Method::get, "/applications?cursor=" + cursor).body, before.body);
}

TEST_F(Paging, ACursorCannotBeForgedOrTakenElsewhere) {
  make_application();
  make_api();
  const std::string cursor = ask(Method::get, "/applications?limit=1").member("next_cursor");
  EXPECT_TRUE(refused(ask(Method::get, "/apis?cursor=" + cursor), 400, "invalid"));
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string altered = cursor;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(refused(ask(Method::get, "/applications?cursor=" + altered), 400, "invalid")) << i;
  }
  EXPECT_TRUE(refused(ask(Method::get, "/applications?cursor=x"), 400, "invalid"));
}

TEST_F(Paging, HasALimit) {
  for (const std::string limit : {"0", "201", "-1", "x", "1.0", "99999999999999999999"})
    EXPECT_TRUE(refused(ask(Method::get, "/applications?limit=" + limit), 400, "invalid")) << limit;
}

}  // namespace
}  // namespace optare
