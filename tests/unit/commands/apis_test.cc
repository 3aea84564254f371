#include "commands/api/delete_api.h"
#include "commands/api/register_api.h"
#include "commands/api/update_api.h"
#include "tests/support/given.h"

namespace optare {
namespace {

using namespace facts;

const std::string identifier = "https://api.example.com";

RegisterApi registering(const std::string& api) {
  return {.api = ApiId(api),
          .identifier = identifier,
          .display_name = "Products",
          .scopes = {{"read", ""}, {"write", ""}},
          .token_lifetime = token_lifetime_default,
          .token_format = TokenFormat::jwt};
}
UpdateApi updating(const std::string& api = "api_x") {
  return {.api = ApiId(api),
          .display_name = {},
          .scopes = {},
          .token_lifetime = {},
          .token_format = {}};
}
DeleteApi deleting(const std::string& api = "api_x") {
  return {.api = ApiId(api), .reason = "retired"};
}
const Fact products = registered("api_x", identifier, {"read", "write"});

TEST(RegisterApi, ClaimsItsIdentifier) {
  const Decided decided = given({}).when(registering("api_x"));
  EXPECT_EQ(decided.events(), (Events{products.event}));
  EXPECT_EQ(decided.written(),
            (std::vector<std::string>{"api/api_x", api_identifier_stream(identifier)}));
}

TEST(RegisterApi, RefusesAnIdentifierThatALivingApiHas) {
  Given history;
  history.happens(registering("api_x"));
  const Decided decided = history.when(registering("api_y"));
  EXPECT_EQ(decided.code(), Code::identifier_taken);
  EXPECT_EQ(decided.pointer(), "/identifier");
}

TEST(RegisterApi, TakesAnIdentifierThatWasFreed) {
  Given history;
  history.happens(registering("api_x"));
  history.happens(deleting());
  const Decided decided = history.happens(registering("api_y"));
  EXPECT_EQ(decided.decision().changes[1].expected_version, 2U);
  EXPECT_EQ(history.states().api_by_identifier(identifier)->id, ApiId("api_y"));
}

TEST(RegisterApi, OfTwoThatTakeOneIdentifierAtOnceOneCounts) {
  Given history;
  const Decided x = history.when(registering("api_x")), y = history.when(registering("api_y"));
  EXPECT_TRUE(history.states().apply(x.decision(), history.now()));
  EXPECT_FALSE(history.states().apply(y.decision(), history.now()));
}

TEST(RegisterApi, RefusesAnIdThatWasUsed) {
  EXPECT_EQ(given({products, api_deleted("api_x")}).when(registering("api_x")).code(),
            Code::conflict);
}

TEST(RegisterApi, RefusesWhatIsNotLegal) {
  const auto pointer = [](const auto& change) {
    RegisterApi command = registering("api_x");
    change(command);
    const Decided decided = given({}).when(command);
    EXPECT_EQ(decided.code(), Code::invalid);
    return decided.pointer();
  };
  EXPECT_EQ(pointer([](RegisterApi& c) { c.identifier = "products"; }), "/identifier");
  EXPECT_EQ(pointer([](RegisterApi& c) { c.display_name = ""; }), "/name");
  EXPECT_EQ(pointer([](RegisterApi& c) { c.scopes.push_back({"read", "again"}); }),
            "/scopes/2/name");
  EXPECT_EQ(pointer([](RegisterApi& c) { c.token_lifetime = std::chrono::seconds(59); }),
            "/token_lifetime_seconds");
}

TEST(UpdateApi, RecordsEverythingAsItIsFromNowOn) {
  UpdateApi command = updating();
  command.scopes = std::vector<ApiScope>{{"read", "See"}};
  command.token_format = TokenFormat::opaque;
  EXPECT_EQ(given({products}).when(command).events(),
            (Events{ApiUpdated{.name = "Products",
                               .scope_names = {"read"},
                               .scope_descriptions = {"See"},
                               .token_lifetime_ms = 3'600'000,
                               .token_format = TokenFormat::opaque}}));
}

TEST(UpdateApi, DoesNothingWhenItIsSoAlready) {
  UpdateApi command = updating();
  EXPECT_TRUE(given({products}).when(command).nothing());
  command.display_name = "Products";
  command.token_lifetime = std::chrono::hours(1);
  EXPECT_TRUE(given({products}).when(command).nothing());
}

TEST(UpdateApi, RefusesWhatIsNotLegal) {
  const auto pointer = [](const auto& change) {
    UpdateApi command = updating();
    change(command);
    const Decided decided = given({products}).when(command);
    EXPECT_EQ(decided.code(), Code::invalid);
    return decided.pointer();
  };
  EXPECT_EQ(pointer([](UpdateApi& c) { c.display_name = ""; }), "/name");
  EXPECT_EQ(pointer([](UpdateApi& c) { c.scopes = std::vector<ApiScope>{{"a b", ""}}; }),
            "/scopes/0/name");
  EXPECT_EQ(pointer([](UpdateApi& c) { c.token_lifetime = std::chrono::hours(25); }),
            "/token_lifetime_seconds");
}

TEST(UpdateApi, LeavesTheScopesOfTheAdminApiAlone) {
  const Given history({log_created(), admin_api_registered()});
  UpdateApi command = updating(admin_api_id);
  command.scopes = std::vector<ApiScope>{{"read:apis", ""}};
  EXPECT_EQ(history.when(command).code(), Code::conflict);
  command.scopes.reset();
  command.token_lifetime = std::chrono::minutes(10);
  EXPECT_EQ(history.when(command).events().size(), 1U);
}

TEST(UpdateApi, FindsOnlyLivingApis) {
  EXPECT_EQ(given({}).when(updating()).code(), Code::not_found);
  EXPECT_EQ(given({products, api_deleted("api_x")}).when(updating()).code(), Code::not_found);
}

TEST(DeleteApi, FreesItsIdentifier) {
  Given history;
  history.happens(registering("api_x"));
  const Decided decided = history.when(deleting());
  EXPECT_EQ(decided.events(), (Events{ApiDeleted{.reason = "retired"}}));
  EXPECT_EQ(decided.decision().changes[1], (Change{api_identifier_stream(identifier), 1, {}}));
}

TEST(DeleteApi, FindsItOnlyOnce) {
  Given history;
  history.happens(registering("api_x"));
  history.happens(deleting());
  EXPECT_EQ(history.when(deleting()).code(), Code::not_found);
  EXPECT_EQ(given({}).when(deleting()).code(), Code::not_found);
}

TEST(DeleteApi, LeavesTheAdminApiAlone) {
  EXPECT_EQ(given({log_created(), admin_api_registered()}).when(deleting(admin_api_id)).code(),
            Code::conflict);
}

}  // namespace
}  // namespace optare
