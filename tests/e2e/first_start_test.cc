// What the first start leaves behind, and what a second one makes of it.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/http/raw_client.h"
#include "tests/support/server_process.h"

namespace optare {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777U;
}

TEST(FirstStart, MakesFilesThatOnlyTheirOwnerReads) {
  ServerProcess server;
  server.start();
  EXPECT_EQ(mode_of(server.data()), 0700U);
  EXPECT_EQ(mode_of(server.data() / "admin.json"), 0600U);
  EXPECT_EQ(mode_of(server.key_file()), 0600U);
  EXPECT_EQ(file_text(server.key_file()).size(), 32U);
  const std::string admin = file_text(server.data() / "admin.json");
  EXPECT_EQ(json_member(admin, "issuer"), server.url());
  EXPECT_EQ(json_member(admin, "client_id").substr(0, 4), "srv_");
  EXPECT_EQ(json_member(admin, "client_secret").substr(0, 3), "sk_");
  EXPECT_NE(server.token(server.admin(), server.url() + "/api/v1"), "") << "and they open it";
}

TEST(FirstStart, SaysWhereItListensAndWhatToTryButNoSecret) {
  ServerProcess server;
  server.start();
  wait_until("the last line", [&] { return server.process().out().contains("Ctrl-C"); });
  const std::string welcome = server.process().out();
  for (const std::string& expected :
       {server.url(), server.ops_url(),
        "Admin credentials: " + server.data().string() + "/admin.json",
        "export OPTARE_CREDENTIALS=" + server.data().string() + "/admin.json",
        std::string(OPTARE_BINARY " apis create "),
        std::string(OPTARE_BINARY " applications create "), std::string("Ctrl-C")}) {
    EXPECT_NE(welcome.find(expected), std::string::npos) << expected << " is not in\n" << welcome;
  }
  EXPECT_EQ(server.said().find(server.admin().secret), std::string::npos);
}

TEST(FirstStart, IsWhatInitDoesToo) {
  ServerProcess server;
  const auto init = [&] {
    return run(optare_program({"init", "--data", server.data(), "--issuer", server.url()}));
  };
  const Ended made = init();
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(made.out.substr(0, 5), "Made:");
  const AppSecret admin = server.admin();
  const Ended again = init();
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out.substr(0, 14), "Already there:");
  server.start();
  EXPECT_EQ(server.admin().secret, admin.secret);
  EXPECT_NE(server.token(admin, server.url() + "/api/v1"), "");
}

TEST(FirstStart, WantsAnIssuerWhenItCannotBeGuessed) {
  TemporaryDirectory folder;
  for (const std::string listen : {"127.0.0.1:0", "0.0.0.0:0"}) {
    const Ended ended = run(optare_program(
        {"serve", "--data", folder / "data", "--listen", listen, "--ops-listen", "127.0.0.1:0"}));
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_NE(ended.err.find("--issuer"), std::string::npos) << ended.err;
  }
}

TEST(SecondStart, GoesOnWithTheSameData) {
  ServerProcess server;
  server.start();
  const std::string audience = server.url() + "/api/v1";
  const AppSecret admin = server.admin();
  const std::string token = server.token(admin, audience);
  const std::string keys = server.get("/oauth2/jwks").body;
  const double position = server.metric("optare_log_position", "control");
  EXPECT_EQ(server.stop(), 0);
  server.start();
  EXPECT_EQ(server.admin().secret, admin.secret);
  EXPECT_EQ(server.get("/oauth2/jwks").body, keys);
  EXPECT_TRUE(server.active(admin, token));
  EXPECT_NE(server.token(admin, audience), "");
  EXPECT_EQ(server.metric("optare_log_position", "control"), position) << "nothing is made anew";
}

TEST(Stop, AnswersWhatIsInFlightAndEndsWith0) {
  ServerProcess server;
  server.start();
  const AppSecret admin = server.admin();
  const std::string body =
      form_body({{"grant_type", "client_credentials"}, {"audience", server.url() + "/api/v1"}});
  const std::string head = fmt::format(
      "POST /oauth2/token HTTP/1.1\r\nHost: x\r\n{}: {}\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
      admin.basic().first, admin.basic().second, body.size());
  testing::RawClient slow(server.port());
  testing::RawClient idle(server.port());
  // An answer to the first of two requests: surely the server has begun to read the second.
  slow.send(head + body + head + body.substr(0, 5));
  ASSERT_EQ(slow.answer().status, 200);
  wait_until("both connections to be open",
             [&] { return server.metric("optare_http_connections") == 2; });
  server.process().signal(SIGTERM);
  EXPECT_EQ(idle.rest(), "") << "a connection that asks nothing ends at once";
  wait_until("new connections to be refused",
             [&] { return !testing::RawClient(server.port()).connected(); });
  const HttpResponse readiness = server.ops("/readyz");
  EXPECT_EQ(readiness.status, 503);
  EXPECT_EQ(json_member(readiness.body, "status"), "stopping");
  slow.send(body.substr(5));
  const testing::Answer answer = slow.answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_NE(json_member(answer.body, "access_token"), "");
  const Ended ended = server.process().wait();
  EXPECT_EQ(ended.code, 0);
  EXPECT_NE(ended.err.find(R"("all_answered":"yes")"), std::string::npos) << ended.err;
}

TEST(Stop, ByCtrlCIsTheSame) {
  ServerProcess server;
  server.start();
  server.process().signal(SIGINT);
  EXPECT_EQ(server.process().wait().code, 0);
}

// A start is as long as the log that it applies, or as brokers let it wait. Here it would be for
// ever: the key file is a pipe, and nobody writes into it.
TEST(Stop, WhileItStartsIsAtOnceWhateverItWaitsFor) {
  ServerProcess server;
  server.start();
  const AppSecret admin = server.admin();
  EXPECT_EQ(server.stop(), 0);
  const auto pipe = server.folder() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const int signal : {SIGINT, SIGTERM}) {
    server.launch({"--key-file", pipe});
    wait_until("the start", [&] {
      const auto answer = HttpClient({}).send({.url = server.ops_url() + "/readyz"});
      return answer && json_member(answer->body, "status") == "starting";
    });
    server.process().signal(signal);
    const Ended ended = server.process().wait();
    EXPECT_EQ(ended.code, 0);
    EXPECT_NE(ended.err.find("told to end while starting"), std::string::npos) << ended.err;
  }
  server.start();
  EXPECT_NE(server.token(admin, server.url() + "/api/v1"), "") << "nothing is the worse for it";
}

}  // namespace
}  // namespace optare
