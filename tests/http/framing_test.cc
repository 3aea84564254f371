// Where one request ends and the next begins: everything two parsers could read differently is
// refused, and the connection ends (RFC 9112 section 11.2, request smuggling).
#include "tests/http/server_fixture.h"

namespace optare::testing {
namespace {

struct BadRequest {
  const char* name;
  const char* bytes;
  int status;
};

const BadRequest bad_requests[] = {
    {"ContentLengthAndChunked",
     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0\r\n\r\n",
     400},
    {"ChunkedAndContentLength",
     "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
     "0\r\n\r\n",
     400},
    {"ContentLengthTwice",
     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", 400},
    {"ContentLengthsThatDiffer",
     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", 400},
    {"ContentLengthList", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\nok", 400},
    {"ContentLengthWithSign", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\nok",
     400},
    {"ContentLengthNegative", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -2\r\n\r\nok",
     400},
    {"ContentLengthHex", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0x2\r\n\r\nok", 400},
    {"ContentLengthEmpty", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nok", 400},
    {"ContentLengthHuge",
     "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400},
    {"CodingTwice",
     "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0\r\n\r\n",
     400},
    {"CodingUnknown", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501},
    {"CodingList",
     "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
    {"CodingIdentity", "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
     501},
    {"CodingInHttp10",
     "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"SpaceBeforeColon", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length : 2\r\n\r\nok", 400},
    {"FoldedField", "GET /hello HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 400},
    {"FoldedEmptyField", "GET /hello HTTP/1.1\r\nHost: a\r\nX:\r\n b\r\n\r\n", 400},
    {"SpaceBeforeFirstField", "GET /hello HTTP/1.1\r\n Host: a\r\n\r\n", 400},
    {"LineFeedsOnly", "GET /hello HTTP/1.1\nHost: a\n\n", 400},
    {"LineFeedInAField", "GET /hello HTTP/1.1\r\nHost: a\r\nX: a\nContent-Length: 5\r\n\r\n", 400},
    {"CarriageReturnInAField", "GET /hello HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400},
    {"NoHost", "GET /hello HTTP/1.1\r\n\r\n", 400},
    {"EmptyHost", "GET /hello HTTP/1.1\r\nHost:\r\n\r\n", 400},
    {"TwoHosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
    {"HostWithPath", "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
    {"TwoSpaces", "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"NoVersion", "GET /hello\r\nHost: a\r\n\r\n", 400},
    {"Version2", "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"Fragment", "GET /hello#x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"NoSlash", "GET hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"Connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"NotAscii", "GET /\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"Garbage", "\x16\x03\x01\x02\x01 hello", 400},
    {"ChunkSizeNotHex",
     "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\ng\r\nx\r\n0\r\n\r\n",
     400},
    {"ChunkSizeWithSign",
     "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\nx\r\n0\r\n\r\n",
     400},
    {"ChunkLongerThanItsSize",
     "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
     400},
    {"ChunkLineFeedOnly",
     "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n", 400},
    {"ChunkSizeOverflow",
     "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
     "10000000000000001\r\nx\r\n0\r\n\r\n",
     413},
};

class Framing : public HttpServer, public ::testing::WithParamInterface<BadRequest> {};

TEST_P(Framing, RefusesAndClosesWithoutServingWhatFollows) {
  start();
  RawClient client(port);
  client.send(GetParam().bytes);
  client.send("GET /number/666 HTTP/1.1\r\nHost: a\r\n\r\n");
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
  client.half_close();
  EXPECT_EQ(client.rest(), "") << "one answer, then the end";
}

INSTANTIATE_TEST_SUITE_P(Smuggling, Framing, ::testing::ValuesIn(bad_requests),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(HttpServer, TakesAbsoluteTargetsAndForgivesEmptyLinesBeforeARequest) {
  start();
  EXPECT_EQ(answer_to("GET http://other/hello HTTP/1.1\r\nHost: a\r\n\r\n").body, "hello");
  EXPECT_EQ(answer_to("\r\n\r\n" + get("/hello")).body, "hello");
}

}  // namespace
}  // namespace optare::testing
