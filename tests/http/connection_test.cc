#include <set>
#include <thread>

#include "core/oauth/client_secret.h"
#include "core/openssl/random.h"
#include "tests/http/server_fixture.h"

namespace optare::testing {
namespace {

TEST_F(HttpServer, KeepsTheConnectionForTheNextRequest) {
  start();
  RawClient client(port);
  for (int i = 0; i < 3; ++i) {
    client.send(get("/hello"));
    const Answer answer = client.answer();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.header("Connection"), "");
  }
  EXPECT_EQ(observer.opened, 1);
}

TEST_F(HttpServer, SaysDateAndRequestIdAndNothingAboutItself) {
  start();
  const Answer answer = answer_to(get("/hello"));
  EXPECT_EQ(answer.header("Date").size(), std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size());
  EXPECT_EQ(answer.header("X-Request-Id").size(), 16U);
  EXPECT_EQ(answer.header("Server"), "");
  EXPECT_EQ(answer.header("Content-Length"), "5");
}

TEST_F(HttpServer, KeepsTheCallersRequestIdOnlyWhenItIsFit) {
  start();
  const auto id_for = [&](std::string_view id) {
    return std::string(answer_to(get("/hello", "X-Request-Id: " + std::string(id) + "\r\n"))
                           .header("X-Request-Id"));
  };
  EXPECT_EQ(id_for("job-7_a.B"), "job-7_a.B");
  EXPECT_EQ(id_for(std::string(64, 'x')), std::string(64, 'x'));
  EXPECT_NE(id_for(std::string(65, 'x')), std::string(65, 'x'));
  EXPECT_NE(id_for("a b"), "a b");
  EXPECT_NE(id_for("<i>"), "<i>");
  SystemRandom random;
  const Secret secret = generate_client_secret(random);
  EXPECT_EQ(id_for(secret.reveal()).find(secret.reveal()), std::string::npos);
  EXPECT_EQ(id_for("task_7"), "task_7");
}

TEST_F(HttpServer, DoesNotReuseTheRequestIdOfTheRequestBefore) {
  start();
  RawClient client(port);
  client.send(get("/hello", "X-Request-Id: mine\r\n") + get("/hello"));
  EXPECT_EQ(client.answer().header("X-Request-Id"), "mine");
  EXPECT_EQ(client.answer().header("X-Request-Id").size(), 16U);
}

TEST_F(HttpServer, ClosesWhenAsked) {
  start();
  RawClient client(port);
  client.send(get("/hello", "Connection: close\r\n"));
  const Answer answer = client.answer();
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_EQ(client.rest(), "");
}

TEST_F(HttpServer, AnswersHttp10AndClosesUnlessAskedToKeep) {
  start();
  RawClient once(port);
  once.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.answer().body, "hello");
  EXPECT_EQ(once.rest(), "");

  RawClient kept(port);
  kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.answer().header("Connection"), "keep-alive");
  kept.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(kept.answer().body, "hello");
}

TEST_F(HttpServer, AnswersHeadWithTheLengthAndWithoutTheBody) {
  start();
  RawClient client(port);
  client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  const Answer answer = client.answer(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Length"), "5");
  client.send(get("/hello"));  // What follows is the next answer, not a stray body.
  EXPECT_EQ(client.answer().body, "hello");
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrderAndInOneWrite) {
  start();
  RawClient client(port);
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += get("/number/" + std::to_string(i));
  client.send(requests);
  EXPECT_GT(client.receive_once(), 0U);
  const auto all = client.received().size();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.answer().body, std::to_string(i));
  EXPECT_GT(all, 20U * 100U) << "the first read already held every answer";
}

TEST_F(HttpServer, AnswersMoreThanOneBatchOfPipelinedRequests) {
  options.limits.pipelined_requests_max = 2;
  options.limits.response_batch_bytes_max = 1;
  start();
  RawClient client(port);
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += get("/number/" + std::to_string(i));
  client.send(requests);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.answer().body, std::to_string(i));
}

TEST_F(HttpServer, ReadsARequestThatComesByteByByte) {
  start();
  RawClient client(port);
  for (const char c : post("/echo", "slow but fine")) client.send(std::string_view(&c, 1));
  EXPECT_EQ(client.answer().body, "slow but fine");
}

TEST_F(HttpServer, ReadsAChunkedBodyAndTheRequestBehindIt) {
  start();
  RawClient client(port);
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nTrailer: dropped\r\n\r\n" +
      get("/hello"));
  EXPECT_EQ(client.answer().body, "hello, world");
  EXPECT_EQ(client.answer().body, "hello");
}

TEST_F(HttpServer, SaysContinueToAClientThatWaitsForIt) {
  start();
  RawClient client(port);
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.answer().status, 100);
  client.send("body");
  EXPECT_EQ(client.answer().body, "body");
}

TEST_F(HttpServer, RefusesTheBodyBeforeSayingContinue) {
  options.limits.body_bytes_max = 3;
  start();
  EXPECT_EQ(
      answer_to(
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
          .status,
      413);
  EXPECT_EQ(answer_to("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: coffee\r\n\r\n").status, 417);
}

TEST_F(HttpServer, AnswersWhatWasAskedBeforeTheClientClosedItsSide) {
  start();
  RawClient client(port);
  client.send(get("/hello") + get("/hello"));
  client.half_close();
  EXPECT_EQ(client.answer().body, "hello");
  EXPECT_EQ(client.answer().body, "hello");
  EXPECT_EQ(client.rest(), "");
}

TEST_F(HttpServer, WritesAnAnswerLargerThanTheSocketTakesAtOnce) {
  start();
  EXPECT_EQ(answer_to(get("/big")).body.size(), 8'000'000U);
}

TEST_F(HttpServer, SaysNotFoundAndMethodNotAllowedAsProblems) {
  start();
  const Answer missing = answer_to(get("/nothing"));
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.header("Content-Type"), "application/problem+json");
  EXPECT_NE(missing.body.find("urn:optare:problem:not-found"), std::string::npos);
  const Answer wrong = answer_to(post("/hello", ""));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD");
}

TEST_F(HttpServer, SaysUnavailableWhenAHandlerThrowsAndGoesOn) {
  start();
  RawClient client(port);
  client.send(get("/throw") + get("/hello"));
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(answer.body.find("disk"), std::string::npos) << "the reason is for the log";
  EXPECT_EQ(client.answer().body, "hello");
  EXPECT_EQ(observer.failed, 1);
}

TEST_F(HttpServer, TellsTheObserverRouteAndStatus) {
  start();
  RawClient client(port);
  client.send(get("/number/7", "Connection: close\r\n"));
  client.rest();
  server->stop();
  EXPECT_EQ(observer.requests, 1);
  EXPECT_EQ(observer.last_route, "/number/{n}");
  EXPECT_EQ(observer.last_status, 200);
  EXPECT_EQ(observer.last_refusal, std::nullopt);
  EXPECT_EQ(observer.opened, 1);
  EXPECT_EQ(observer.closed, 1);
}

TEST_F(HttpServer, TellsTheObserverWhatARequestWasRefusedFor) {
  start();
  EXPECT_EQ(answer_to(get("/nowhere", "Connection: close\r\n")).status, 404);
  server->stop();
  EXPECT_EQ(observer.last_refusal, Code::not_found);
}

TEST_F(HttpServer, ServesFromEveryThreadOnOnePort) {
  options.threads = 2;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  extra_routes.push_back({Method::get, "/thread", [&](const Request&) {
                            const std::scoped_lock lock(mutex);
                            threads.insert(std::this_thread::get_id());
                            return say("here");
                          }});
  start();
  const auto seen = [&] {
    const std::scoped_lock lock(mutex);
    return threads.size();
  };
  // The kernel deals the connections out.
  for (int i = 0; i < 1'000 && seen() < 2; ++i) ASSERT_EQ(answer_to(get("/thread")).status, 200);
  EXPECT_EQ(seen(), 2U);
}

TEST_F(HttpServer, RefusesToShareThePortOfAnother) {
  start();
  ServerOptions second = options;
  second.port = port;
  second.threads = 2;
  Server other(second, [this](Request& request) { return table->dispatch(request); }, observer);
  const auto outcome = other.start();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::unavailable);
}

}  // namespace
}  // namespace optare::testing
