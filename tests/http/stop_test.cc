#include <fmt/format.h>
#include <unistd.h>

#include <deque>
#include <fstream>
#include <thread>

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

// Whether it waits for another thread.
bool sleeps(pid_t thread) {
  std::ifstream file(fmt::format("/proc/self/task/{}/stat", thread));
  std::string state;
  std::getline(file, state);
  return state.substr(state.rfind(')') + 2, 1) == "S";
}

// It is busy: of what has reached it some is not read yet, and some connections are not taken yet.
TEST_F(HttpServer, AnswersWhatHasReachedItWhenItStops) {
  std::promise<void> entered;
  std::promise<void> goes_on;
  extra_routes = {{Method::get, "/block", [&](const Request&) -> Task<Result<Response>> {
                     entered.set_value();
                     goes_on.get_future().wait();
                     co_return text_response(200, "text/plain", "blocked");
                   }}};
  options.threads = 1;
  start();
  RawClient known(port), blocks(port);
  known.send(get("/hello"));
  EXPECT_EQ(known.answer().status, 200);
  blocks.send(get("/block"));
  entered.get_future().wait();
  known.send(get("/hello"));
  std::deque<RawClient> waiting;
  for (int i = 0; i < 5; ++i) waiting.emplace_back(port).send(get("/hello"));
  RawClient silent(port);
  std::promise<pid_t> stops;
  auto stopped = std::async(std::launch::async, [&] {
    stops.set_value(::gettid());
    return server->stop();
  });
  const pid_t stopping = stops.get_future().get();
  while (!sleeps(stopping)) std::this_thread::yield();  // it was told so, and cannot do it yet
  goes_on.set_value();
  EXPECT_EQ(blocks.answer().body, "blocked");
  EXPECT_EQ(known.answer().body, "hello");
  for (RawClient& client : waiting) {
    const Answer answer = client.answer();
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.header("Connection"), "close");
  }
  EXPECT_EQ(silent.rest(), "") << "nobody waits for who asks nothing";
  EXPECT_TRUE(stopped.get());
  EXPECT_EQ(observer.opened, observer.closed);
}

TEST_F(HttpServer, LetsWhoHasJustConnectedAskBeforeItStops) {
  options.limits.first_request_drain_time_max = std::chrono::seconds(60);
  options.limits.drain_time_max = std::chrono::seconds(60);
  start();
  RawClient fresh(port);
  auto stopped = std::async(std::launch::async, [this] { return server->stop(); });
  while (RawClient(port).connected()) std::this_thread::yield();
  fresh.send(get("/hello"));
  EXPECT_EQ(fresh.answer().body, "hello");
  EXPECT_TRUE(stopped.get());
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
