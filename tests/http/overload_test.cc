#include "tests/http/server_fixture.h"

namespace optare::testing {
namespace {

void spin(std::chrono::milliseconds duration) {
  const auto until = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < until) {
  }
}

// More work than one thread can do: some requests are shed at once, the others are answered, and
// when the load is gone everything is answered again.
TEST_F(HttpServer, ShedsAShareWhileItsThreadIsLateAndRecovers) {
  options.limits.queueing_delay_max = Duration(50);
  extra_routes.push_back({Method::get, "/work", [](const Request&) {
                            spin(std::chrono::milliseconds(15));
                            return say("done");
                          }});
  start();
  int answered = 0, shed = 0;
  {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 8; ++i) clients.push_back(std::make_unique<RawClient>(port));
    for (int round = 0; round < 1'000 && shed < 200; ++round) {
      for (auto& client : clients) client->send(get("/work"));
      for (auto& client : clients) {
        const Answer answer = client->answer();
        ++(answer.status == 503 ? shed : answered);
        if (answer.status == 503) EXPECT_EQ(answer.header("Retry-After"), "1");
      }
    }
  }
  EXPECT_GE(shed, 200);
  EXPECT_GE(answered, shed / 10) << "at most nine of ten are shed";
  EXPECT_EQ(observer.shed, shed);
  RawClient client(port);
  for (int row = 0; row < 20;) {  // Twenty in a row: the share is down to nothing.
    client.send(get("/hello"));
    row = client.answer().status == 200 ? row + 1 : 0;
  }
}

}  // namespace
}  // namespace optare::testing
