#include "commands/application/delete_application.h"

#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

const DeleteApplication remove{.client = ClientId("srv_a"), .reason = "retired"};

TEST(DeleteApplication, RecordsTheReason) {
  EXPECT_EQ(given({created("srv_a")}).when(remove).events(),
            (Events{ApplicationDeleted{.reason = "retired"}}));
  EXPECT_EQ(given({created("srv_a"), deactivated("srv_a")}).when(remove).events().size(), 1U);
}

TEST(DeleteApplication, FindsItOnlyOnce) {
  Given history({created("srv_a")});
  history.happens(remove);
  EXPECT_EQ(history.when(remove).code(), Code::not_found);
  EXPECT_EQ(given({}).when(remove).code(), Code::not_found);
}

}  // namespace
}  // namespace optare
