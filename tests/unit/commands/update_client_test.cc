#include "commands/application/update_client.h"

#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

UpdateClient rename(std::optional<std::string> to) {
  return {.client = ClientId("srv_a"), .display_name = std::move(to)};
}

TEST(UpdateClient, Renames) {
  EXPECT_EQ(given({created("srv_a", "Old")}).when(rename("New")).events(),
            (Events{ClientRenamed{.name = "New"}}));
  EXPECT_EQ(
      given({created("srv_a", "Old"), deactivated("srv_a")}).when(rename("New")).events().size(),
      1U);
}

TEST(UpdateClient, DoesNothingWhenItIsSoAlready) {
  EXPECT_TRUE(given({created("srv_a", "Same")}).when(rename("Same")).nothing());
  EXPECT_TRUE(given({created("srv_a", "Same")}).when(rename(std::nullopt)).nothing());
}

TEST(UpdateClient, RefusesABadName) {
  const Decided decided = given({created("srv_a")}).when(rename("a\nb"));
  EXPECT_EQ(decided.code(), Code::invalid);
  EXPECT_EQ(decided.pointer(), "/name");
}

TEST(UpdateClient, FindsOnlyLivingApplications) {
  EXPECT_EQ(given({}).when(rename("New")).code(), Code::not_found);
  EXPECT_EQ(given({created("srv_a"), deleted("srv_a")}).when(rename("New")).code(),
            Code::not_found);
}

}  // namespace
}  // namespace optare
