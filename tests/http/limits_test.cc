// One test per limit of ServerLimits.
#include <optional>
#include <thread>

#include "tests/http/server_fixture.h"

namespace optare::testing {
namespace {

TEST_F(HttpServer, LimitsTheRequestLine) {
  options.limits.request_line_bytes_max = 100;
  start();
  EXPECT_EQ(answer_to(get("/hello?" + std::string(60, 'x'))).status, 200);
  EXPECT_EQ(answer_to(get("/hello?" + std::string(100, 'x'))).status, 414);
  EXPECT_EQ(answer_to("GET /" + std::string(100, 'x')).status, 414) << "without an end, too";
}

TEST_F(HttpServer, LimitsTheBytesOfTheHeader) {
  options.limits.header_bytes_max = 500;
  start();
  EXPECT_EQ(answer_to(get("/hello", "X: " + std::string(400, 'x') + "\r\n")).status, 200);
  EXPECT_EQ(answer_to(get("/hello", "X: " + std::string(500, 'x') + "\r\n")).status, 431);
  EXPECT_EQ(answer_to("GET /hello HTTP/1.1\r\nX: " + std::string(500, 'x')).status, 431);
}

TEST_F(HttpServer, LimitsTheNumberOfHeaderFields) {
  options.limits.header_count_max = 3;
  start();
  EXPECT_EQ(answer_to(get("/hello", "A: 1\r\nB: 2\r\n")).status, 200);
  EXPECT_EQ(answer_to(get("/hello", "A: 1\r\nB: 2\r\nC: 3\r\n")).status, 431);
}

TEST_F(HttpServer, LimitsTheBody) {
  options.limits.body_bytes_max = 10;
  start();
  EXPECT_EQ(answer_to(post("/echo", std::string(10, 'x'))).status, 200);
  EXPECT_EQ(answer_to(post("/echo", std::string(11, 'x'))).status, 413);
  const std::string chunked =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n";
  EXPECT_EQ(answer_to(chunked + "4\r\n7890\r\n0\r\n\r\n").body, "1234567890");
  EXPECT_EQ(answer_to(chunked + "5\r\n78901\r\n0\r\n\r\n").status, 413);
}

TEST_F(HttpServer, LimitsExtensionsAndTrailersOfAChunkedBody) {
  options.limits.header_bytes_max = 200;
  start();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(answer_to(head + "1;" + std::string(300, 'x')).status, 431);
  EXPECT_EQ(answer_to(head + "0\r\nX: " + std::string(300, 'x')).status, 431);
  EXPECT_EQ(answer_to(head + std::string(300, '0')).status, 431);
}

TEST_F(HttpServer, LimitsTheTimeToSendARequest) {
  options.limits.request_receive_time_max = Duration(50);
  start();
  RawClient head(port), body(port);
  head.send("GET /hello HTTP/1.1\r\nHo");
  body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc");
  EXPECT_EQ(head.answer().status, 408);
  EXPECT_EQ(body.answer().status, 408);
}

TEST_F(HttpServer, ASlowSenderCannotStretchTheTimeByDripping) {
  options.limits.request_receive_time_max = Duration(50);
  start();
  RawClient client(port);
  const auto begin = std::chrono::steady_clock::now();
  client.send("GET /hello HTTP/1.1\r\nX: ");
  for (int status = 0; status == 0;) {
    client.send("x");
    char byte = 0;
    const timeval pause{.tv_sec = 0, .tv_usec = 5000};
    ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    if (::recv(client.fd(), &byte, 1, MSG_PEEK) > 0) status = client.answer().status;
    ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
  }
}

TEST_F(HttpServer, ClosesAnIdleConnectionWithoutAWord) {
  options.limits.idle_time_max = Duration(200);  // before the request is sent, too
  start();
  RawClient fresh(port);
  EXPECT_EQ(answered(get("/hello"))->rest(), "");
  EXPECT_EQ(fresh.rest(), "");
}

TEST_F(HttpServer, ClosesAConnectionThatDoesNotTakeItsAnswer) {
  options.limits.response_write_time_max = Duration(50);
  start();
  RawClient client(port);
  client.send(get("/big"));
  while (observer.closed == 0) std::this_thread::yield();
  EXPECT_LT(client.rest().size(), 8'000'000U);
}

// What a client that reads nothing has asked for is not made ahead for it: memory stays bounded.
TEST_F(HttpServer, LimitsTheBytesOfAnswersThatWaitToBeTaken) {
  options.limits.response_batch_bytes_max = 1;
  start();
  RawClient client(port), other(port);
  std::string many;
  for (int i = 0; i < 20; ++i) many += get("/big");
  client.send(many);
  ASSERT_NE(client.wait_for("HTTP/1.1 200"), std::string::npos);
  other.send(get("/hello"));
  EXPECT_EQ(other.answer().status, 200);
  EXPECT_LE(observer.requests, 3) << "this one, the answer under way, and one in the buffers";
}

TEST_F(HttpServer, LimitsTheRequestsThatWaitForOneWrite) {
  options.limits.pipelined_requests_max = 1;
  start();
  RawClient client(port);
  client.send(get("/hello") + get("/wait"));
  EXPECT_EQ(client.answer().body, "hello") << "while the next is in its handler";
  gate.entered.get_future().wait();
  gate.open.complete(1);
  EXPECT_EQ(client.answer().body, "waited");
}

TEST_F(HttpServer, DoesNotHurryAHandler) {
  options.limits.request_receive_time_max = options.limits.idle_time_max =
      options.limits.response_write_time_max = Duration(200);  // for the request, too
  options.limits.pipelined_requests_max = 1;
  start();
  const auto client = answered(get("/hello") + get("/wait"));
  gate.entered.get_future().wait();
  EXPECT_EQ(RawClient(port).rest(), "");  // The deadlines of others have passed meanwhile.
  gate.open.complete(1);
  EXPECT_EQ(client->answer().body, "waited");
}

TEST_F(HttpServer, LimitsTheConnectionsOfAThread) {
  options.limits.connections_max = 2;
  start();
  RawClient first(port), second(port);
  for (RawClient* client : {&first, &second}) {
    client->send(get("/hello"));
    EXPECT_EQ(client->answer().status, 200);
  }
  RawClient third(port);
  EXPECT_EQ(third.rest(), "");
  EXPECT_EQ(observer.refused, 1);
  first.send(get("/hello"));
  EXPECT_EQ(first.answer().status, 200);
}

TEST_F(HttpServer, LimitsTheConnectionsOfAnAddress) {
  options.limits.connections_per_address_max = 2;
  start();
  std::optional<RawClient> first(std::in_place, port), second(std::in_place, port);
  for (RawClient* client : {&*first, &*second}) {
    client->send(get("/hello"));
    EXPECT_EQ(client->answer().status, 200);
  }
  EXPECT_EQ(RawClient(port).rest(), "");
  EXPECT_EQ(observer.refused, 1);
  RawClient elsewhere(port, "127.0.0.2");
  elsewhere.send(get("/hello"));
  EXPECT_EQ(elsewhere.answer().status, 200);
  first.reset();
  while (observer.closed == 0) std::this_thread::yield();
  RawClient third(port);
  third.send(get("/hello"));
  EXPECT_EQ(third.answer().status, 200);
}

TEST_F(HttpServer, ShedsWhatIsOverTheRequestsInFlight) {
  options.limits.requests_in_flight_max = 1;
  start();
  RawClient waiting(port), other(port);
  waiting.send(get("/wait"));
  gate.entered.get_future().wait();
  other.send(get("/hello"));
  const Answer answer = other.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(observer.shed, 1);
  gate.open.complete(1);
  EXPECT_EQ(waiting.answer().status, 200);
  other.send(get("/hello"));
  EXPECT_EQ(other.answer().status, 200) << "the connection went on";
}

TEST_F(HttpServer, LingersOnlyForAWhileAfterARefusal) {
  options.limits.linger_time_max = Duration(50);
  start();
  RawClient client(port);
  client.send("bad\r\n\r\n");
  EXPECT_EQ(client.answer().status, 400);
  while (observer.closed == 0) std::this_thread::yield();  // Though we never close our side.
}

TEST_F(HttpServer, TheAnswerSurvivesWhatTheClientStillSends) {
  options.limits.body_bytes_max = 10;
  options.limits.linger_time_max = std::chrono::seconds(60);
  start();
  RawClient client(port);
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  client.send(std::string(1'000'000, 'x'));
  EXPECT_EQ(client.answer().status, 413);
}

}  // namespace
}  // namespace optare::testing
