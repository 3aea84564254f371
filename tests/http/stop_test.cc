#include "tests/http/server_fixture.h"

namespace optare::testing {
namespace {

TEST_F(HttpServer, AnswersWhatIsInFlightWhenItStops) {
  start();
  RawClient waiting(port), idle(port);
  idle.send(get("/hello"));
  EXPECT_EQ(idle.answer().status, 200);
  waiting.send(get("/wait"));
  gate.entered.get_future().wait();
  auto stopped = std::async(std::launch::async, [this] { return server->stop(); });
  EXPECT_EQ(idle.rest(), "") << "an idle connection ends at once";
  EXPECT_FALSE(RawClient(port).connected()) << "and nobody new is let in";
  gate.open.complete(1);
  const Answer answer = waiting.answer();
  EXPECT_EQ(answer.body, "waited");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(stopped.get());
  EXPECT_EQ(observer.opened, observer.closed);
}

// Nothing that happens to its socket wakes a handler that waits for something else.
TEST_F(HttpServer, WaitsForAHandlerThatDoesNotEndAsLongAsIsAllowedAndNoLonger) {
  options.limits.drain_time_max = Duration(50);
  options.limits.cut_time_max = Duration(150);
  start();
  RawClient waiting(port);
  waiting.send(get("/wait"));
  gate.entered.get_future().wait();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(server->stop());
  EXPECT_GE(std::chrono::steady_clock::now() - began, Duration(200));
  EXPECT_EQ(waiting.rest(), "");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
  gate.open.complete(1);  // The promise is kept late: the handler ends with the server.
  server.reset();
  EXPECT_EQ(observer.opened, observer.closed);
}

TEST_F(HttpServer, EndsOnceWhatWasCutOffHasEnded) {
  options.limits.drain_time_max = Duration(50);
  options.limits.cut_time_max = std::chrono::minutes(10);
  start();
  RawClient reads_nothing(port);
  reads_nothing.send(get("/big"));
  while (observer.requests == 0) std::this_thread::yield();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(server->stop());
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(60));
  EXPECT_EQ(observer.opened, observer.closed) << "its handlers have ended, not only its threads";
}

TEST_F(HttpServer, StopsAtOnceWhenNobodyIsThere) {
  options.threads = 2;
  start();
  EXPECT_TRUE(server->stop());
  EXPECT_TRUE(server->stop()) << "a second time, too";
}

TEST_F(HttpServer, StopsWithoutEverHavingStarted) {
  Server idle(options, [](Request&) -> Task<Response> { co_return empty_response(200); }, observer);
  EXPECT_TRUE(idle.stop());
}

}  // namespace
}  // namespace optare::testing
