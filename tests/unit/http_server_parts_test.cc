// The pure parts of api/server: reading, formatting, shedding.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "api/server/kept_memory.h"
#include "api/server/overload.h"
#include "api/server/peers.h"
#include "api/server/read_buffer.h"
#include "api/server/request_reader.h"
#include "api/server/response_format.h"

namespace optare {
namespace {

using Step = RequestReader::Step;

// Feeds `bytes` in pieces of `piece`, as a connection does; the bodies of the requests read.
std::vector<std::string> bodies(std::string_view bytes, std::size_t piece) {
  const ServerLimits limits;
  RequestReader reader(limits);
  std::vector<std::string> out;
  std::string kept;
  while (!bytes.empty()) {
    kept += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (;;) {
      std::size_t consumed = 0;
      const Step step = reader.read(kept, consumed);
      kept.erase(0, consumed);
      if (step == Step::expects_continue) continue;
      if (step == Step::refused) return out;
      if (step == Step::need_more) break;
      out.push_back(std::string(text(reader.request().method)) + reader.request().path +
                    reader.request().body);
      reader.next();
    }
  }
  return out;
}

RC_GTEST_PROP(RequestReader, ReadsTheSameHoweverTheBytesAreCut, ()) {
  const std::string bytes =
      "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      "PUT /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
      "2\r\nde\r\n1;x\r\nf\r\n0\r\nT: v\r\n\r\n\r\n"
      "GET /c HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto piece = *rc::gen::inRange<std::size_t>(1, bytes.size() + 1);
  RC_ASSERT(bodies(bytes, piece) == (std::vector<std::string>{"POST/aabc", "PUT/bdef", "GET/c"}));
}

TEST(RequestReader, SplitsPathAndQueryAndKeepsTheHeaderInOrder) {
  const ServerLimits limits;
  RequestReader reader(limits);
  std::size_t consumed = 0;
  ASSERT_EQ(reader.read("GET /a%2Fb?c=d?e HTTP/1.1\r\nHost: x\r\nB: 1\r\nb:  2 \r\n\r\n", consumed),
            Step::complete);
  EXPECT_EQ(reader.request().path, "/a%2Fb");
  EXPECT_EQ(reader.request().query, "c=d?e");
  EXPECT_EQ(reader.request().headers_all("B"), (std::vector<std::string_view>{"1", "2"}));
  EXPECT_EQ(reader.request().header("missing"), "");
}

TEST(DateField, IsInTheFormOfRfc9110) {
  DateField date;
  EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(1709164800), "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST(RequestIds, AreDifferent) {
  RequestIds ids(1);
  std::string a, b;
  ids.next(a);
  ids.next(b);
  EXPECT_EQ(a.size(), 16U);
  EXPECT_NE(a, b);
}

TEST(ResponseFormat, CannotBeSplitByAValue) {
  Response response = text_response(200, "text/plain", "x");
  response.with("Location", "/a\r\nSet-Cookie: b\r\n\r\n<html>");
  std::string out;
  append_response(out, response, {.date = "D", .request_id = "R"});
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nDate: D\r\nX-Request-Id: R\r\nContent-Type: text/plain\r\n"
            "Location: /a  Set-Cookie: b    <html>\r\nContent-Length: 1\r\n\r\nx");
}

TEST(ResponseFormat, SendsNoBodyWhereNoneIsAllowed) {
  std::string out;
  Response response = empty_response(204);
  response.body = "ignored";
  append_response(out, response, {.date = "D", .request_id = "R"});
  EXPECT_EQ(out, "HTTP/1.1 204 No Content\r\nDate: D\r\nX-Request-Id: R\r\n\r\n");
}

int shed_of_hundred(Shedder& shedder) {
  int shed = 0;
  for (int i = 0; i < 100; ++i) shed += shedder.sheds(0) ? 1 : 0;
  return shed;
}

TEST(Shedder, ShedsAGrowingShareWhileTheLoopIsLateAndNeverAll) {
  Shedder shedder(Duration(100), 10);
  EXPECT_EQ(shed_of_hundred(shedder), 0);
  shedder.lag_measured(Duration(150));
  EXPECT_EQ(shed_of_hundred(shedder), 25);
  for (int i = 0; i < 100; ++i) shedder.lag_measured(Duration(150));
  EXPECT_NEAR(shed_of_hundred(shedder), 90, 1);
}

TEST(Shedder, TakesEverythingAgainWhenTheLoopIsOnTime) {
  Shedder shedder(Duration(100), 10);
  for (int i = 0; i < 10; ++i) shedder.lag_measured(Duration(150));
  shedder.lag_measured(Duration(80));
  EXPECT_NEAR(shed_of_hundred(shedder), 90, 1) << "between half and all of the limit: stays";
  for (int i = 0; i < 50; ++i) shedder.lag_measured(Duration(1));
  EXPECT_EQ(shed_of_hundred(shedder), 0);
}

TEST(Shedder, ShedsWhatIsOverTheRequestsInFlight) {
  Shedder shedder(Duration(100), 10);
  EXPECT_FALSE(shedder.sheds(9));
  EXPECT_TRUE(shedder.sheds(10));
}

TEST(RequestReader, DoesNotKeepTheMemoryOfALargeBody) {
  const ServerLimits limits;
  RequestReader reader(limits);
  const auto kept_after = [&](std::size_t body) {
    const std::string bytes =
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body) + "\r\n\r\n" +
        std::string(body, 'x');
    std::size_t consumed = 0;
    EXPECT_EQ(reader.read(bytes, consumed), Step::complete);
    EXPECT_EQ(reader.request().body.size(), body);
    reader.next();
    return reader.request().body.capacity();
  };
  EXPECT_LE(kept_after(60'000), 4'096U);
  EXPECT_GE(kept_after(4'000), 4'000U) << "a usual one is used again";
}

TEST(KeptMemory, IsBounded) {
  std::string text(1'000, 'x');
  empty(text, 1'000);
  EXPECT_EQ(text, "");
  EXPECT_GE(text.capacity(), 1'000U) << "as much as may be kept is";
  text.assign(1'001, 'x');
  empty(text, 1'000);
  EXPECT_EQ(text, "");
  EXPECT_LE(text.capacity(), 1'000U);
}

TEST(ReadBuffer, OfAnIdleConnectionIsSmall) {
  ReadBuffer buffer;
  while (buffer.bytes().size() < 20'000) buffer.filled(buffer.space().size());
  buffer.consume(buffer.bytes().size());
  EXPECT_EQ(buffer.space().size(), 4'096U);
}

std::size_t open_of(const Peers& peers, const char* address) {
  return peers.connections_of(boost::asio::ip::make_address(address));
}

TEST(Peers, AreCountedWhileTheirConnectionsAreOpen) {
  Peers peers;
  const Peers::Place first(peers, boost::asio::ip::make_address("192.0.2.1"));
  {
    const Peers::Place second(peers, boost::asio::ip::make_address("192.0.2.1"));
    EXPECT_EQ(open_of(peers, "192.0.2.1"), 2U);
    EXPECT_EQ(open_of(peers, "192.0.2.2"), 0U);
  }
  EXPECT_EQ(open_of(peers, "192.0.2.1"), 1U);
}

// Whoever has one address of such a network has 2^64 of them.
TEST(Peers, OfIpv6AreNetworks) {
  Peers peers;
  const Peers::Place place(peers, boost::asio::ip::make_address("2001:db8:1:2:3:4:5:6"));
  EXPECT_EQ(open_of(peers, "2001:db8:1:2::"), 1U);
  EXPECT_EQ(open_of(peers, "2001:db8:1:3:3:4:5:6"), 0U);
}

TEST(Peers, OfIpv4AreThemselvesInsideIpv6) {
  Peers peers;
  const Peers::Place place(peers, boost::asio::ip::make_address("::ffff:192.0.2.1"));
  EXPECT_EQ(open_of(peers, "192.0.2.1"), 1U);
  EXPECT_EQ(open_of(peers, "::ffff:192.0.2.2"), 0U);
}

}  // namespace
}  // namespace optare
