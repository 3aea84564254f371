#include "commands/application/update_client.h"

#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

UpdateClient rename(std::optional<std::string> to,
                    std::optional<std::uint64_t> if_match = std::nullopt) {
  return {.client = ClientId("srv_a"), .display_name = std::move(to), .if_match = if_match};
}

TEST(UpdateClient, Renames) {
  EXPECT_EQ(given({created("srv_a", "Old")}).when(rename("New")).events(),
            (Events{ClientRenamed{.name = "New"}}));
  EXPECT_EQ(
      given({created("srv_a", "Old"), deactivated("srv_a")}).when(rename("New", 2)).events().size(),
      1U);
}

TEST(UpdateClient, DoesNothingWhenItIsSoAlready) {
  EXPECT_TRUE(given({created("srv_a", "Same")}).when(rename("Same")).nothing());
  EXPECT_TRUE(given({created("srv_a", "Same")}).when(rename(std::nullopt)).nothing());
}

TEST(UpdateClient, RefusesWhenTheCallerHasSeenAnotherVersion) {
  EXPECT_EQ(given({created("srv_a")}).when(rename("New", 2)).code(), Code::precondition_failed);
  EXPECT_EQ(given({created("srv_a", "Same")}).when(rename("Same", 2)).code(),
            Code::precondition_failed);
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
