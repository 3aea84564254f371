// Every command of the command line against a server that runs: what it shows to a person and to a
// script, and how it ends.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>

#include "tests/support/server_process.h"

namespace optare {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* audience = "https://api.example.com";

class CommandLine : public testing::Test {
 protected:
  CommandLine() { server.start(); }
  Program program(std::vector<std::string> arguments, std::string input = {}) const {
    Program made = optare_program(std::move(arguments));
    made.environment = {{"OPTARE_CREDENTIALS", server.data() / "admin.json"}};
    made.input = std::move(input);
    return made;
  }
  Ended cli(std::vector<std::string> arguments, std::string input = {}) const {
    return run_unshed(program(std::move(arguments), std::move(input)));
  }
  // What it prints for a person when all is well.
  std::string shown(std::vector<std::string> arguments, std::string input = {}) const {
    const std::string name = testing::PrintToString(arguments);
    const Ended ended = cli(std::move(arguments), std::move(input));
    EXPECT_EQ(ended.code, 0) << name << ended.err;
    return ended.out;
  }
  // One line of JSON.
  boost::json::value json(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "--json");
    const std::string out = shown(arguments);
    EXPECT_EQ(std::ranges::count(out, '\n'), 1) << testing::PrintToString(arguments) << out;
    boost::json::error_code error;
    auto value = boost::json::parse(out.substr(0, out.find('\n')), error);
    EXPECT_FALSE(error) << out;
    return value;
  }
  void expect_end(const std::vector<std::string>& arguments, int code, const std::string& word) {
    const Ended ended = cli(arguments);
    EXPECT_EQ(ended.code, code) << testing::PrintToString(arguments) << ended.out << ended.err;
    EXPECT_THAT(ended.err, StartsWith("error: "));
    EXPECT_THAT(ended.err, HasSubstr(word));
    EXPECT_EQ(ended.out, "");
  }
  std::string api() {
    return json_member(json({"apis", "create", audience, "--name", "Orders", "--scope",
                             "read:orders Read them", "--scope", "write:orders"}),
                       "api_id");
  }
  AppSecret application(const std::string& name = "Cron") {
    const auto made = json({"applications", "create", name, "--api",
                            std::string(audience) + " read:orders write:orders"});
    return {json_member(made, "client_id"), json_member(made, "client_secret")};
  }

  ServerProcess server;
};

std::vector<std::string> items(const boost::json::value& page, const std::string& name) {
  std::vector<std::string> members;
  for (const auto& item : page.at("items").as_array()) members.push_back(json_member(item, name));
  return members;
}

TEST_F(CommandLine, LeadsAnApiThroughItsLife) {
  const std::string id = api();
  EXPECT_THAT(shown({"apis", "list"}),
              AllOf(MatchesRegex("API_ID +IDENTIFIER +NAME +FORMAT +LIFETIME\n(.|\n)*"),
                    HasSubstr(id), HasSubstr(audience), HasSubstr("3600")));
  EXPECT_THAT(items(json({"apis", "list"}), "identifier"), testing::Contains(audience));
  EXPECT_THAT(shown({"apis", "show", audience}), HasSubstr("token_format"));
  EXPECT_EQ(json_member(json({"apis", "show", id}), "name"), "Orders");
  EXPECT_THAT(shown({"apis", "update", audience, "--name", "Sales", "--token-format", "opaque"}),
              HasSubstr("Sales"));
  EXPECT_EQ(
      json_member(json({"apis", "update", id, "--token-lifetime", "60"}), "token_lifetime_seconds"),
      "60");
  const AppSecret app = application();
  EXPECT_THAT(shown({"apis", "applications", audience}),
              AllOf(HasSubstr(app.client_id), HasSubstr("read:orders")));
  EXPECT_EQ(items(json({"apis", "applications", id}), "client_id"),
            std::vector<std::string>{app.client_id});
  EXPECT_THAT(shown({"apis", "introspectors", "allow", audience, app.client_id}),
              HasSubstr("may introspect"));
  EXPECT_THAT(shown({"apis", "introspectors", "list", audience}), HasSubstr(app.client_id));
  EXPECT_EQ(items(json({"apis", "introspectors", "list", id}), "client_id"),
            std::vector<std::string>{app.client_id});
  EXPECT_THAT(shown({"apis", "introspectors", "remove", audience, app.client_id}),
              HasSubstr("may not introspect"));
  EXPECT_EQ(shown({"apis", "introspectors", "list", audience}), "CLIENT_ID  NAME\n");
  EXPECT_THAT(shown({"apis", "delete", audience, "--reason", "sold"}), HasSubstr("Deleted " + id));
  expect_end({"apis", "show", audience}, 3, "no such API");
  expect_end({"apis", "show", id}, 3, "");
}

TEST_F(CommandLine, LeadsAnApplicationThroughItsLife) {
  api();
  const Ended made = cli({"applications", "create", "Cron"});
  EXPECT_THAT(made.out, MatchesRegex("(.|\n)*client_secret +sk_[0-9A-Za-z]+\n(.|\n)*"));
  EXPECT_THAT(made.err, HasSubstr("shown this once"));
  const AppSecret app = application("Nightly");
  const std::string& id = app.client_id;
  EXPECT_THAT(shown({"applications", "list"}),
              AllOf(StartsWith("CLIENT_ID"), HasSubstr("Cron"), HasSubstr("Nightly")));
  EXPECT_EQ(items(json({"applications", "list", "--limit", "1"}), "name").size(), 1U);
  const std::string pages = shown({"applications", "list", "--limit", "1", "--all"});
  EXPECT_THAT(pages, AllOf(HasSubstr("Cron"), HasSubstr("Nightly"), HasSubstr("Administrator")));
  const std::string one = shown({"applications", "show", id});
  EXPECT_THAT(one, AllOf(HasSubstr("Nightly"), HasSubstr("SECRET_ID"), HasSubstr("etag")));
  EXPECT_THAT(one, Not(HasSubstr("sk_")));
  EXPECT_EQ(json_member(json({"applications", "show", id}), "name"), "Nightly");
  EXPECT_THAT(shown({"applications", "update", id, "--name", "Daily"}), HasSubstr("Daily"));
  EXPECT_THAT(shown({"applications", "deactivate", id, "--reason", "holidays"}),
              HasSubstr("Not active"));
  EXPECT_THAT(shown({"applications", "activate", id}), HasSubstr("Active"));
  EXPECT_THAT(shown({"applications", "revoke-tokens", id}), HasSubstr("All its tokens are dead"));
  EXPECT_EQ(json_member(json({"applications", "deactivate", id}), "client_id"), id);
  EXPECT_EQ(json_member(json({"applications", "activate", id}), "client_id"), id);

  const Ended unsure = cli({"applications", "delete", id}, "Dayly\n");
  EXPECT_EQ(unsure.code, 1);
  EXPECT_THAT(unsure.err, HasSubstr("nothing was deleted"));
  EXPECT_THAT(shown({"applications", "delete", id}, "Daily\n"), HasSubstr("deleted_at"));
  expect_end({"applications", "show", id}, 3, "");
  expect_end({"applications", "delete", id, "--yes"}, 3, "");
}

TEST_F(CommandLine, RotatesAndEndsSecrets) {
  api();
  const AppSecret app = application();
  const auto first = json({"applications", "rotate-secret", app.client_id, "--overlap", "10m"});
  const AppSecret second{app.client_id, json_member(first, "client_secret")};
  EXPECT_NE(second.secret, app.secret);
  EXPECT_EQ(server.request_token(app, "").status, 200) << "the old one goes on";
  EXPECT_EQ(server.request_token(second, "").status, 200);
  expect_end({"applications", "rotate-secret", app.client_id}, 4, "");
  const std::string old_id = json_member(first, "previous_secret_id");
  const std::string rotated =
      shown({"applications", "rotate-secret", app.client_id, "--drop-secret", old_id});
  EXPECT_THAT(rotated, HasSubstr("previous_secret_expires_at"));
  EXPECT_EQ(server.request_token(app, "").status, 401);
  EXPECT_THAT(
      shown({"applications", "revoke-secret", app.client_id, json_member(first, "secret_id")}),
      HasSubstr("opens nothing any more"));
  EXPECT_EQ(server.request_token(second, "").status, 401);
  expect_end({"applications", "revoke-secret", app.client_id, "sec_nothing"}, 3, "");
}

TEST_F(CommandLine, GrantsAndTakesBack) {
  api();
  const std::string id = json_member(json({"applications", "create", "Cron"}), "client_id");
  EXPECT_THAT(shown({"applications", "grant", id, audience, "read:orders"}),
              HasSubstr("read:orders"));
  EXPECT_THAT(shown({"applications", "grants", id}), HasSubstr(audience));
  EXPECT_EQ(items(json({"applications", "grants", id}), "identifier"),
            std::vector<std::string>{audience});
  EXPECT_EQ(json_member(json({"applications", "grant", id, audience, "write:orders"}), "scopes"),
            R"(["write:orders"])");
  EXPECT_THAT(shown({"applications", "revoke-grant", id, audience}),
              HasSubstr("may not ask for tokens"));
  EXPECT_EQ(items(json({"applications", "grants", id}), "identifier").size(), 0U);
  expect_end({"applications", "grant", id, audience, "no:such"}, 1, "");
}

TEST_F(CommandLine, TakesAsksAboutAndEndsTokens) {
  api();
  const AppSecret app = application();
  const std::vector<std::string> as{"--client-id", app.client_id, "--client-secret", "-"};
  const auto as_app = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), as.begin(), as.end());
    return arguments;
  };
  const Ended got =
      cli(as_app({"token", "--audience", audience, "--scope", "read:orders"}), app.secret + "\n");
  EXPECT_EQ(got.code, 0) << got.err;
  EXPECT_THAT(got.out, MatchesRegex("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\n"));
  EXPECT_THAT(got.err, HasSubstr("read:orders"));
  const std::string token = got.out.substr(0, got.out.size() - 1);
  const std::string alive = shown(as_app({"introspect", token}), app.secret + "\n");
  EXPECT_THAT(alive, AllOf(HasSubstr("active"), HasSubstr("true"), HasSubstr(app.client_id)));
  EXPECT_EQ(json_member(json({"introspect", token}), "active"), "false")
      << "not the administrator's";
  EXPECT_THAT(shown(as_app({"revoke", token}), app.secret + "\n"), HasSubstr("it is dead"));
  EXPECT_FALSE(server.active(app, token));
  const auto admin = json({"token", "--audience", server.url() + "/api/v1"});
  EXPECT_EQ(json_member(admin, "token_type"), "Bearer");
  const Ended wrong = cli(as_app({"token"}), "sk_wrong\n");
  EXPECT_EQ(wrong.code, 5);
  EXPECT_THAT(wrong.err, HasSubstr("invalid_client"));
}

TEST_F(CommandLine, FollowsAndExportsEvents) {
  Process tail(program({"events", "tail", "--after", "0", "--count", "3"}));
  api();
  const AppSecret app = application();
  const Ended ended = tail.wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(std::ranges::count(ended.out, '\n'), 3) << ended.out;
  EXPECT_THAT(ended.out, HasSubstr("LogCreated"));

  Process live(program({"--json", "events", "tail"}));
  // It begins with what happens from now on: until it shows one, something happens again.
  wait_until("the live tail to show an event", [&] {
    shown({"applications", "revoke-tokens", app.client_id});
    return live.out().contains('\n');
  });
  EXPECT_EQ(json_member(live.out().substr(0, live.out().find('\n')), "type"),
            "ClientTokensRevoked");
  live.signal(SIGTERM);
  EXPECT_EQ(live.wait().code, 128 + SIGTERM);

  const std::string all = shown({"events", "export"});
  EXPECT_THAT(all, AllOf(HasSubstr("LogCreated"), HasSubstr("ApiRegistered"),
                         HasSubstr("application/" + app.client_id)));
  const std::string first = shown({"events", "export", "--until", "1"});
  EXPECT_THAT(all, StartsWith(first));
  EXPECT_EQ(shown({"events", "export", "--after", "1"}), all.substr(first.size()));
  const std::string token = server.token(app, "");
  server.post_form("/oauth2/revoke", app, {{"token", token}});
  EXPECT_THAT(shown({"events", "export", "--partition", "tokens-00"}), HasSubstr("TokenRevoked"));
}

TEST_F(CommandLine, RotatesAndRevokesKeys) {
  const auto before = json({"keys", "list"});
  ASSERT_EQ(items(before, "state"), std::vector<std::string>{"signing"});
  const std::string first = items(before, "kid").front();
  EXPECT_EQ(json_member(json({"keys", "rotate", "--alg", "EdDSA"}), "state"), "pending");
  EXPECT_THAT(shown({"keys", "rotate", "--alg", "PS256"}), HasSubstr("PS256"));
  EXPECT_THAT(shown({"keys", "list"}),
              AllOf(MatchesRegex("KID +ALG +STATE +CREATED +SIGNS FROM\n(.|\n)*"),
                    HasSubstr("EdDSA"), HasSubstr("PS256"), HasSubstr("signing")));
  EXPECT_THAT(shown({"keys", "revoke", first, "--reason", "leaked"}), HasSubstr("are dead"));
  EXPECT_THAT(items(json({"keys", "list"}), "state"), testing::Contains("revoked"));
  expect_end({"keys", "revoke", "key_nothing"}, 3, "");
  expect_end({"keys", "rotate", "--alg", "HS256"}, 2, "HS256");
}

TEST_F(CommandLine, ShowsAndRaisesTheFeatureLevel) {
  EXPECT_EQ(shown({"feature-level", "show"}), "supported  1\nraised     1\n");
  EXPECT_EQ(shown({"feature-level", "raise", "1"}), "supported  1\nraised     1\n");
  expect_end({"feature-level", "raise", "2"}, 1, "this build understands level 1");
  expect_end({"feature-level", "raise", "two"}, 2, "level");
  EXPECT_EQ(json_member(json({"feature-level", "show"}), "raised"), "1");
}

TEST_F(CommandLine, ShowsProjections) {
  EXPECT_THAT(shown({"projections", "list", "--ops", server.ops_url()}),
              AllOf(StartsWith("PROJECTION"), HasSubstr("applications"), HasSubstr("current")));
  EXPECT_THAT(json_member(json({"projections", "list", "--ops", server.ops_url()}), "projections"),
              HasSubstr("revocations"));
}

TEST_F(CommandLine, EndsAsItsGuideSays) {
  expect_end({"applications", "lst"}, 2, "there is no command 'lst'");
  expect_end({"lst"}, 2, "lst");
  expect_end({"applications", "show"}, 2, "client_id");
  expect_end({"applications", "show", "srv_nothing"}, 3, "");
  api();
  expect_end({"apis", "create", audience}, 4, "");
  expect_end({"apis", "create", "no audience at all"}, 1, "identifier");
  expect_end({"--credentials", "/nothing/there", "applications", "list"}, 5, "/nothing/there");
  EXPECT_EQ(server.stop(), 0);
  expect_end({"--timeout", "2", "applications", "list"}, 6, "no answer");
}

TEST_F(CommandLine, FindsTheFirstOutcomeUnderAKey) {
  const std::vector<std::string> create{"applications", "create", "Cron", "--idempotency-key",
                                        "k1"};
  const auto first = json(create);
  const auto again = json(create);
  EXPECT_EQ(json_member(again, "client_id"), json_member(first, "client_id"));
  EXPECT_EQ(json_member(again, "client_secret"), "") << "shown once";
  EXPECT_EQ(std::ranges::count(items(json({"applications", "list"}), "name"), "Cron"), 1);
}

TEST_F(CommandLine, ChangesOnlyTheVersionItWasMadeFor) {
  const std::string id = json_member(json({"applications", "create", "Cron"}), "client_id");
  shown({"applications", "update", id, "--name", "One", "--if-match", "1"});
  expect_end({"applications", "update", id, "--name", "Two", "--if-match", "1"}, 4, "");
}

// The first administrator is the only one who may; who lost his credentials gets new ones.
TEST_F(CommandLine, MakesAnotherAdministratorWhileTheServerIsStopped) {
  const AppSecret before = server.admin();
  EXPECT_EQ(server.stop(), 0);
  EXPECT_THAT(shown({"bootstrap-admin", "--data", server.data()}),
              HasSubstr("Made administrator srv_"));
  EXPECT_NE(server.admin().client_id, before.client_id);
  server.start();
  EXPECT_THAT(shown({"applications", "list"}),
              AllOf(HasSubstr(before.client_id), HasSubstr(server.admin().client_id)));
}

// With no credentials named it takes those of the folder it stands in.
TEST_F(CommandLine, FindsCredentialsInTheFolderWhereItIs) {
  Program plain = optare_program({"applications", "list"});
  plain.folder = server.data().parent_path();
  const Ended ended = run(plain);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("Administrator"));
}

TEST(Completion, CompletesInBash) {
  const Ended script = run(optare_program({"completion", "bash"}));
  EXPECT_EQ(script.code, 0);
  const auto completed = [&](std::string_view words, std::string_view last) {
    const Ended ended =
        run({.arguments = {"bash"},
             .input = fmt::format("{}\nCOMP_WORDS=(optare {}); COMP_CWORD={}; _optare\n"
                                  "echo \"${{COMPREPLY[*]}}\"\n",
                                  script.out, words, last)});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.out;
  };
  EXPECT_EQ(completed("key", "1"), "keys\n");
  EXPECT_EQ(completed("keys ro", "2"), "rotate\n");
  EXPECT_EQ(completed("keys rotate --al", "3"), "--alg\n");
  EXPECT_EQ(completed("keys rotate nonsense", "3"), "\n");
}

// The script for zsh has no syntax that bash lacks. That of fish has: where it is not installed
// nothing can read it.
TEST(Completion, IsAScriptForZshWithoutSyntaxErrors) {
  const Ended script = run(optare_program({"completion", "zsh"}));
  EXPECT_EQ(script.code, 0);
  const Ended understood = run({.arguments = {"bash", "-n"}, .input = script.out});
  EXPECT_EQ(understood.code, 0) << understood.err;
}

}  // namespace
}  // namespace optare
