// Each command of the command line, and the requests that it makes of a server.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ops/cli/exit_code.h"
#include "tests/support/command_line.h"
#include "tests/support/scripted_server.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

const std::string token = ScriptedServer::answer(
    200, R"({"access_token":"tok","token_type":"Bearer","expires_in":3600})");

// A server with a token to give and then `answers`, and credentials for it.
class Commands : public testing::Test {
 protected:
  void serve(std::deque<std::string> answers) {
    answers.push_front(token);
    start(std::move(answers));
  }
  void start(std::deque<std::string> answers) {
    server_.emplace(std::move(answers));
    credentials_ = (std::filesystem::path(directory_.path()) / "admin.json").string();
    std::ofstream(credentials_) << R"({"issuer":")" << server_->url()
                                << R"(","client_id":"srv_a","client_secret":"s:3 +"})";
    std::filesystem::permissions(
        credentials_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  Ran command(std::vector<std::string> arguments, const std::string& input = {}) {
    return run_command_line(std::move(arguments), input, {{"OPTARE_CREDENTIALS", credentials_}});
  }

  TemporaryDirectory directory_;
  std::string credentials_;
  std::optional<ScriptedServer> server_;
};

std::string first_line(const std::string& request) {
  return request.substr(0, request.find("\r\n"));
}
std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

TEST_F(Commands, TakeATokenForTheAdminApiFirst) {
  serve({ScriptedServer::answer(200, R"({"items":[],"next_cursor":null})")});
  EXPECT_EQ(command({"applications", "list"}).exit, 0);
  const auto requests = server_->requests();
  EXPECT_EQ(first_line(requests.at(0)), "POST /oauth2/token HTTP/1.1");
  // srv_a:s%3A3%20%2B in base64: form-encoded first, RFC 6749 section 2.3.1.
  EXPECT_NE(requests[0].find("Authorization: Basic c3J2X2E6cyUzQTMlMjAlMkI=\r\n"),
            std::string::npos)
      << requests[0];
  EXPECT_TRUE(body_of(requests[0])
                  .starts_with("grant_type=client_credentials&audience=http%3A%2F%2F127.0.0.1"));
  EXPECT_TRUE(body_of(requests[0]).ends_with("%2Fapi%2Fv1"));
  EXPECT_EQ(first_line(requests.at(1)), "GET /api/v1/applications?limit=50 HTTP/1.1");
  EXPECT_NE(requests[1].find("Authorization: Bearer tok\r\n"), std::string::npos);
}

TEST_F(Commands, ShowAListAsATableAndSayHowToGoOn) {
  serve({ScriptedServer::answer(
      200,
      R"({"items":[{"client_id":"srv_1","name":"Cron","type":"m2m","created_at":"2026-01-01T00:00:00Z"}],"next_cursor":"c1"})")});
  const auto ran = command({"applications", "list"});
  EXPECT_EQ(ran.out,
            "CLIENT_ID  NAME  TYPE  STATUS  CREATED\n"
            "srv_1      Cron  m2m   -       2026-01-01T00:00:00Z\n");
  EXPECT_EQ(ran.err, "more: --cursor c1 (or --all)\n");
}

TEST_F(Commands, GiveAScriptWhatTheServerSaid) {
  const std::string body = R"({"items":[ {"client_id":"srv_1"} ],"next_cursor":"c1"})";
  serve({ScriptedServer::answer(200, body)});
  const auto ran = command({"--json", "applications", "list"});
  EXPECT_EQ(ran.out, body + "\n");
  EXPECT_EQ(ran.err, "");
}

TEST_F(Commands, GoThroughAllPagesWhenAskedTo) {
  serve({ScriptedServer::answer(200, R"({"items":[],"next_cursor":"c/1"})"),
         ScriptedServer::answer(200, R"({"items":[],"next_cursor":null})")});
  EXPECT_EQ(command({"apis", "list", "--all"}).exit, 0);
  EXPECT_EQ(first_line(server_->requests().at(2)),
            "GET /api/v1/apis?limit=200&cursor=c%2F1 HTTP/1.1");
}

TEST_F(Commands, CreateAnApplicationWithGrantsAndWarnThatTheSecretIsShownOnce) {
  serve({ScriptedServer::answer(201, R"({"client_id":"srv_1","client_secret":"sk_x"})")});
  const auto ran =
      command({"applications", "create", "Cron", "--api", "https://a.example.com r:1 w:2", "--api",
               "api_7", "--idempotency-key", "k1"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, "client_id      srv_1\nclient_secret  sk_x\n");
  EXPECT_EQ(ran.err,
            "warning: client_secret is shown this once: keep it where the application reads it\n");
  const auto request = server_->requests().at(1);
  EXPECT_EQ(
      body_of(request),
      R"({"name":"Cron","type":"m2m","apis":[{"identifier":"https://a.example.com","scopes":["r:1","w:2"]},{"api_id":"api_7","scopes":[]}]})");
  EXPECT_NE(request.find("Idempotency-Key: k1\r\n"), std::string::npos);
}

struct Sent {
  std::vector<std::string> arguments;
  std::string line;
  std::string body;
};
class EveryCommand : public Commands, public testing::WithParamInterface<Sent> {};
TEST_P(EveryCommand, IsOneRequest) {
  serve({ScriptedServer::answer(200, "{}")});
  const auto ran = command(GetParam().arguments);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  const auto request = server_->requests().at(1);
  EXPECT_EQ(first_line(request), GetParam().line + " HTTP/1.1");
  EXPECT_EQ(body_of(request), GetParam().body);
}
INSTANTIATE_TEST_SUITE_P(
    Requests, EveryCommand,
    testing::Values(
        Sent{{"applications", "show", "srv_1"}, "GET /api/v1/applications/srv_1", ""},
        Sent{{"applications", "show", "a/../b"}, "GET /api/v1/applications/a%2F..%2Fb", ""},
        Sent{{"applications", "update", "srv_1", "--name", "N"},
             "PATCH /api/v1/applications/srv_1",
             R"({"name":"N"})"},
        Sent{{"applications", "rotate-secret", "srv_1"},
             "POST /api/v1/applications/srv_1/rotate-secret",
             "{}"},
        Sent{
            {"applications", "rotate-secret", "srv_1", "--overlap", "2h", "--drop-secret", "sec_1"},
            "POST /api/v1/applications/srv_1/rotate-secret",
            R"({"overlap_seconds":7200,"drop_secret_id":"sec_1"})"},
        Sent{{"applications", "rotate-secret", "srv_1", "--overlap", "0"},
             "POST /api/v1/applications/srv_1/rotate-secret",
             R"({"overlap_seconds":0})"},
        Sent{{"applications", "revoke-secret", "srv_1", "sec_1"},
             "DELETE /api/v1/applications/srv_1/secrets/sec_1",
             ""},
        Sent{{"applications", "activate", "srv_1"}, "POST /api/v1/applications/srv_1/activate", ""},
        Sent{{"applications", "deactivate", "srv_1"},
             "POST /api/v1/applications/srv_1/deactivate",
             ""},
        Sent{{"applications", "deactivate", "srv_1", "--reason", "abuse"},
             "POST /api/v1/applications/srv_1/deactivate",
             R"({"reason":"abuse"})"},
        Sent{{"applications", "revoke-tokens", "srv_1"},
             "POST /api/v1/applications/srv_1/revoke-tokens",
             ""},
        Sent{{"applications", "grant", "srv_1", "api_1", "a", "b"},
             "PUT /api/v1/applications/srv_1/apis/api_1",
             R"({"scopes":["a","b"]})"},
        Sent{{"applications", "revoke-grant", "srv_1", "api_1"},
             "DELETE /api/v1/applications/srv_1/apis/api_1",
             ""},
        Sent{{"applications", "grants", "srv_1"},
             "GET /api/v1/applications/srv_1/apis?limit=50",
             ""},
        Sent{{"applications", "delete", "srv_1", "--yes"}, "DELETE /api/v1/applications/srv_1", ""},
        Sent{
            {"apis", "create", "https://a", "--name", "A", "--scope", "r:1 Read it",
             "--token-lifetime", "60", "--token-format", "opaque"},
            "POST /api/v1/apis",
            R"({"name":"A","scopes":[{"name":"r:1","description":"Read it"}],"token_lifetime_seconds":60,"token_format":"opaque","identifier":"https://a"})"},
        Sent{{"apis", "show", "api_1"}, "GET /api/v1/apis/api_1", ""},
        Sent{{"apis", "update", "api_1", "--name", "B"},
             "PATCH /api/v1/apis/api_1",
             R"({"name":"B"})"},
        Sent{{"apis", "delete", "api_1"}, "DELETE /api/v1/apis/api_1", ""},
        Sent{{"apis", "applications", "api_1"}, "GET /api/v1/apis/api_1/applications?limit=50", ""},
        Sent{{"apis", "introspectors", "list", "api_1"},
             "GET /api/v1/apis/api_1/introspectors?limit=50",
             ""},
        Sent{{"apis", "introspectors", "allow", "api_1", "srv_2"},
             "PUT /api/v1/apis/api_1/introspectors/srv_2",
             ""},
        Sent{{"apis", "introspectors", "remove", "api_1", "srv_2"},
             "DELETE /api/v1/apis/api_1/introspectors/srv_2",
             ""},
        Sent{{"keys", "list"}, "GET /api/v1/keys?limit=50", ""},
        Sent{
            {"keys", "rotate", "--alg", "EdDSA"}, "POST /api/v1/keys/rotate", R"({"alg":"EdDSA"})"},
        Sent{{"keys", "revoke", "key_1"}, "POST /api/v1/keys/key_1/revoke", ""},
        Sent{{"feature-level", "show"}, "GET /api/v1/feature-level", ""},
        Sent{{"feature-level", "raise", "2"}, "POST /api/v1/feature-level", R"({"level":2})"}));

TEST_F(Commands, SendTheVersionThatAChangeWasMadeFor) {
  serve({ScriptedServer::answer(200, "{}")});
  EXPECT_EQ(command({"applications", "update", "srv_1", "--name", "N", "--if-match", "7"}).exit, 0);
  EXPECT_NE(server_->requests().at(1).find("If-Match: \"7\"\r\n"), std::string::npos);
}

TEST_F(Commands, FindAnApiByItsIdentifier) {
  serve(
      {ScriptedServer::answer(
           200,
           R"({"items":[{"api_id":"api_1","identifier":"https://a"},{"api_id":"api_2","identifier":"https://b"}],"next_cursor":null})"),
       ScriptedServer::answer(204, "")});
  EXPECT_EQ(command({"applications", "revoke-grant", "srv_1", "https://b"}).exit, 0);
  EXPECT_EQ(first_line(server_->requests().at(2)),
            "DELETE /api/v1/applications/srv_1/apis/api_2 HTTP/1.1");
}

TEST_F(Commands, DeleteOnlyWhenTheNameIsTyped) {
  const auto application = ScriptedServer::answer(200, R"({"client_id":"srv_1","name":"Cron"})");
  serve({application});
  const auto kept = command({"applications", "delete", "srv_1"}, "cron\n");
  EXPECT_EQ(kept.exit, code_of(ExitCode::refused));
  EXPECT_NE(kept.err.find("nothing was deleted"), std::string::npos);
  EXPECT_EQ(server_->requests().size(), 2U);

  serve({application, ScriptedServer::answer(200, R"({"deleted_at":"2026-01-01T00:00:00Z"})")});
  EXPECT_EQ(command({"applications", "delete", "srv_1"}, "Cron\n").exit, 0);
  EXPECT_EQ(first_line(server_->requests().at(2)), "DELETE /api/v1/applications/srv_1 HTTP/1.1");
}

TEST_F(Commands, PutOnlyTheTokenOnStandardOutput) {
  start({ScriptedServer::answer(200, R"({"access_token":"eyJ","expires_in":60,"scope":"a b"})")});
  const auto ran = command({"token", "--audience", "https://a", "--scope", "a", "--scope", "b"});
  EXPECT_EQ(ran.out, "eyJ\n");
  EXPECT_EQ(ran.err, "valid for 60 s, scope: a b\n");
  EXPECT_EQ(body_of(server_->requests().at(0)),
            "grant_type=client_credentials&audience=https%3A%2F%2Fa&scope=a%20b");
}

TEST_F(Commands, AskAsAnotherApplication) {
  start({ScriptedServer::answer(200, R"({"access_token":"eyJ"})")});
  EXPECT_EQ(command({"token", "--client-id", "srv_b", "--client-secret", "-"}, "sk_b\n").out,
            "eyJ\n");
  // srv_b:sk_b
  EXPECT_NE(server_->requests().at(0).find("Authorization: Basic c3J2X2I6c2tfYg==\r\n"),
            std::string::npos);
}

TEST_F(Commands, ReadATokenFromStandardInput) {
  start({ScriptedServer::answer(200, R"({"active":false})"), ScriptedServer::answer(200, "")});
  EXPECT_EQ(command({"introspect", "-"}, "eyJ\n").out, "active  false\n");
  EXPECT_EQ(command({"revoke", "-"}, "eyJ\n").exit, 0);
  const auto requests = server_->requests();
  EXPECT_EQ(first_line(requests.at(0)), "POST /oauth2/introspect HTTP/1.1");
  EXPECT_EQ(body_of(requests.at(0)), "token=eyJ");
  EXPECT_EQ(first_line(requests.at(1)), "POST /oauth2/revoke HTTP/1.1");
}

TEST_F(Commands, ExportEventsPageByPageUntilThePosition) {
  serve(
      {ScriptedServer::answer(
           200,
           R"({"items":[{"position":1,"type":"A"},{"position":2,"type":"B"}],"next_cursor":2})"),
       ScriptedServer::answer(
           200,
           R"({"items":[{"position":3,"type":"C"},{"position":4,"type":"D"}],"next_cursor":4})")});
  const auto ran = command({"events", "export", "--until", "3"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "{\"position\":1,\"type\":\"A\"}\n{\"position\":2,\"type\":\"B\"}\n{\"position\":3,"
            "\"type\":\"C\"}\n");
  EXPECT_EQ(first_line(server_->requests().at(2)), "GET /api/v1/events?after=2&limit=200 HTTP/1.1");
}

TEST_F(Commands, GoOnWithATailThatWasCutAfterTheLastEventSeen) {
  const auto part = [](const std::string& text) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + text;
  };
  serve({part("id: 8.0\ndata: {\"position\":8,\"type\":\"A\"}\n\nid: 9.0\nda"), token,
         part("id: 9.0\ndata: {\"position\":9,\"type\":\"B\"}\n\n")});
  const auto ran = command({"events", "tail", "--after", "7", "--count", "2", "--json"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, "{\"position\":8,\"type\":\"A\"}\n{\"position\":9,\"type\":\"B\"}\n");
  const auto requests = server_->requests();
  EXPECT_EQ(first_line(requests.at(1)), "GET /api/v1/events?after=7 HTTP/1.1");
  EXPECT_NE(requests.at(1).find("Accept: text/event-stream\r\n"), std::string::npos);
  EXPECT_NE(requests.at(3).find("Last-Event-ID: 8.0\r\n"), std::string::npos);
}

TEST_F(Commands, WaitLongerForEachNewTailUpToHalfAMinuteAndBrieflyAfterAnEvent) {
  const auto event = [](int position) {
    return fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: {0}.0\ndata: "
        "{{\"position\":{0}}}\n\n",
        position);
  };
  std::deque<std::string> answers(9, ScriptedServer::answer(503, R"({"title":"Not ready"})"));
  answers.insert(answers.end(), {token, event(1), token, event(2)});
  serve(answers);
  const auto ran = command({"events", "tail", "--after", "0", "--count", "2"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.slept, (std::vector<Duration>{500ms, 1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s, 500ms}));
  EXPECT_NE(ran.err.find("again in 30000 ms\n"), std::string::npos) << ran.err;
}

TEST_F(Commands, EndATailThatIsRefused) {
  serve({ScriptedServer::answer(403, R"({"title":"Insufficient scope"})")});
  EXPECT_EQ(command({"events", "tail", "--after", "0"}).exit, code_of(ExitCode::not_allowed));
}

TEST_F(Commands, ListProjectionsFromReadyz) {
  start({ScriptedServer::answer(
      503, R"({"projections":[{"name":"applications","position":7,"lag":0,"state":"live"}]})")});
  EXPECT_EQ(command({"projections", "list", "--ops", server_->url()}).out,
            "PROJECTION    VERSION  POSITION  LAG  STATE\n"
            "applications  -        7         0    live\n");
}

TEST_F(Commands, EndWithTheCodeOfTheRefusal) {
  serve({ScriptedServer::answer(404, R"({"title":"Not found","detail":"no such application"})")});
  const auto ran = command({"applications", "show", "srv_1"});
  EXPECT_EQ(ran.exit, code_of(ExitCode::not_found));
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "error: Not found\nno such application\n");
}

TEST_F(Commands, WarnWhenOthersCanReadTheCredentials) {
  start({ScriptedServer::answer(200, R"({"active":false})")});
  std::filesystem::permissions(credentials_, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const auto ran = command({"introspect", "x"});
  EXPECT_TRUE(ran.err.starts_with("warning: other users can read " + credentials_)) << ran.err;
}

TEST_F(Commands, ReadTheFlagsCredentialsBeforeTheEnvironments) {
  start({ScriptedServer::answer(200, R"({"active":false})")});
  const auto ran = run_command_line({"introspect", "x", "--credentials", credentials_}, {},
                                    {{"OPTARE_CREDENTIALS", "/nowhere"}});
  EXPECT_EQ(ran.exit, 0) << ran.err;
}

TEST_F(Commands, TellTheirVersionAsMostProgramsDo) {
  const auto said = run_command_line({"version"}, {}, {});
  const auto flag = run_command_line({"--version"}, {}, {});
  EXPECT_EQ(flag.exit, 0) << flag.err;
  EXPECT_EQ(flag.out, said.out);
  EXPECT_TRUE(flag.out.starts_with("optare ")) << flag.out;
}

}  // namespace
}  // namespace optare
