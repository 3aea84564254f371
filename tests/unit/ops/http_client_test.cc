#include "ops/cli/http_client.h"

#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/scripted_server.h"

namespace optare {
namespace {

using namespace std::chrono_literals;

// Long enough that a busy machine surely takes the request, so that it is the answer that is late.
HttpClientOptions impatient() {
  return {.ca_file = {}, .connect_time_max = 10s, .answer_time_max = 2s};
}

TEST(ParseUrl, TakesHttpAndHttpsOnly) {
  const auto url = parse_url("https://auth.example.com/t/1?a=b");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->host_header(), "auth.example.com");
  EXPECT_EQ(url->target, "/t/1?a=b");
  EXPECT_EQ(parse_url("http://[::1]:8080")->host_header(), "[::1]:8080");
  EXPECT_EQ(parse_url("http://[::1]:8080")->host, "::1");
  EXPECT_EQ(parse_url("http://a:8080")->target, "/");
  for (const auto* bad : {"", "auth.example.com", "ftp://a", "http://", "http://a:0",
                          "http://u:p@a", "http://a:99999"}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

TEST(FormBody, EncodesEverythingAndLeavesEmptyMembersOut) {
  EXPECT_EQ(form_body({{"a b", "1&2=3"}, {"scope", ""}, {"x", "\xc3\xa9+~"}}),
            "a%20b=1%262%3D3&x=%C3%A9%2B~");
}

TEST(HttpClient, SendsARequestAndReadsTheAnswer) {
  ScriptedServer server({ScriptedServer::answer(201, "{}", "ETag: \"7\"\r\n")});
  const auto response = HttpClient({}).send({.method = "POST",
                                             .url = server.url() + "/a?b=c",
                                             .headers = {{"X-A", "1"}},
                                             .body = "hello"});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "{}");
  EXPECT_EQ(response->header("etag"), "\"7\"");
  EXPECT_EQ(response->header("absent"), "");
  const auto request = server.requests().at(0);
  EXPECT_TRUE(request.starts_with("POST /a?b=c HTTP/1.1\r\n")) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\nhello")) << request;
  EXPECT_NE(request.find("X-A: 1\r\n"), std::string::npos) << request;
}

TEST(HttpClient, ReadsAChunkedAnswer) {
  ScriptedServer server(
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"});
  const auto response = HttpClient({}).send({.url = server.url()});
  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "abcde");
}

TEST(HttpClient, StreamsABodyAsItComesAndStopsWhenToldTo) {
  ScriptedServer server(
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"});
  std::string seen;
  const auto sink = [&](std::string_view part) {
    seen += part;
    return true;
  };
  const auto whole = HttpClient({}).stream({.url = server.url()}, sink, 5s);
  ASSERT_TRUE(whole) << whole.error().detail;
  EXPECT_EQ(whole->body, "");
  EXPECT_EQ(seen, "abcde");
  const auto stopped =
      HttpClient({}).stream({.url = server.url()}, [](std::string_view) { return false; }, 5s);
  EXPECT_TRUE(stopped);
}

TEST(HttpClient, KeepsTheBodyOfARefusedStream) {
  ScriptedServer server({ScriptedServer::answer(401, "no")});
  const auto response =
      HttpClient({}).stream({.url = server.url()}, [](std::string_view) { return true; }, 5s);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "no");
}

TEST(HttpClient, SaysWhatItWaitedForInVain) {
  ScriptedServer server({""});
  const auto response = HttpClient(impatient()).send({.url = server.url()});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::unavailable);
  EXPECT_EQ(response.error().detail,
            "waited 2000 ms in vain for an answer from 127.0.0.1:" + std::to_string(server.port()));
}

TEST(HttpClient, SaysThatNobodyListens) {
  const FreePort port;
  const auto place = "127.0.0.1:" + std::to_string(port.number());
  const auto response = HttpClient({}).send({.url = "http://" + place});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().detail,
            "waiting for a connection to " + place + ": Connection refused");
}

TEST(HttpClient, RefusesAnAnswerThatEndsEarlyOrIsNoHttp) {
  ScriptedServer server(
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "220 smtp.example.com\r\n\r\n"});
  const auto cut = HttpClient({}).send({.url = server.url()});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Code::unavailable);
  EXPECT_FALSE(HttpClient({}).send({.url = server.url()}));
}

TEST(HttpClient, BoundsTheAnswer) {
  ScriptedServer server({ScriptedServer::answer(200, std::string(101, 'x')),
                         ScriptedServer::answer(200, "", "X: " + std::string(9000, 'x') + "\r\n")});
  HttpClientOptions options;
  options.body_bytes_max = 100;
  options.header_bytes_max = 8000;
  const auto body = HttpClient(options).send({.url = server.url()});
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, Code::too_large);
  EXPECT_FALSE(HttpClient(options).send({.url = server.url()}));
}

TEST(HttpClient, SaysWhatIsWrongWithAUrl) {
  const auto response = HttpClient({}).send({.url = "nowhere"});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::invalid);
}

}  // namespace
}  // namespace optare
