// What the server refuses itself is said by the route that it was meant for.
#include "tests/http/server_fixture.h"

namespace optare::testing {
namespace {

class Refusals : public HttpServer {
 protected:
  Refusals() {
    options.limits.body_bytes_max = 10;
    extra_routes = {own(Method::post, "/own", [](const Request&) { return say("own"); }),
                    own(Method::get, "/own/throw", [](const Request&) -> Task<Result<Response>> {
                      throw std::runtime_error("disk");
                    })};
  }
  static Route own(Method method, std::string path, Handler handler) {
    return {method,
            std::move(path),
            std::move(handler),
            {},
            [](const Refusal& refusal, const Request& request) {
              return text_response(refusal.status, "text/plain",
                                   std::string(text(request.method)) + " " + request.path);
            }};
  }
};

TEST_F(Refusals, AreSaidByTheRouteAsSoonAsItsNameWasRead) {
  options.limits.request_receive_time_max = Duration(50);
  start();
  const std::string head = "POST /own HTTP/1.1\r\nHost: a\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  for (const auto& [bytes, status] :
       std::vector<std::pair<std::string, int>>{{post("/own", std::string(11, 'x')), 413},
                                                {head + "Content-Length: 1000000\r\n\r\n", 413},
                                                {chunked + "b\r\n12345678901\r\n0\r\n\r\n", 413},
                                                {chunked + "x\r\n", 400},
                                                {head + "Expect: tea\r\n\r\n", 417},
                                                {head + "Content-Length: 5\r\n\r\nabc", 408}}) {
    const Answer answer = answer_to(bytes);
    EXPECT_EQ(answer.status, status) << bytes;
    EXPECT_EQ(answer.body, "POST /own") << bytes;
  }
  EXPECT_EQ(answer_to(get("/own/throw")).body, "GET /own/throw");
}

TEST_F(Refusals, AreSaidByTheRouteWhenThereIsTooMuchToDo) {
  options.limits.requests_in_flight_max = 1;
  start();
  RawClient waiting(port);
  waiting.send(get("/wait"));
  gate.entered.get_future().wait();
  const Answer shed = answer_to(post("/own", "x"));
  EXPECT_EQ(shed.status, 503);
  EXPECT_EQ(shed.body, "POST /own");
  gate.open.complete(1);
  EXPECT_EQ(waiting.answer().status, 200);
}

TEST_F(Refusals, AreProblemsWhereNoRouteWasNamed) {
  start();
  const std::string large(11, 'x');
  RawClient client(port);
  client.send(post("/own", "small"));
  EXPECT_EQ(client.answer().body, "own");
  client.send("bad\r\n\r\n");  // nothing is left of the request before
  for (const Answer& answer :
       {client.answer(), answer_to(post("/echo", large)), answer_to(post("/nothing", large)),
        answer_to(post("/own/throw", large)), answer_to(post("/%zz", large)),
        answer_to("POST own HTTP/1.1\r\nHost: a\r\n\r\n"),
        answer_to("POST /own HTTP/9.9\r\nHost: a\r\n\r\n")}) {
    EXPECT_GE(answer.status, 400);
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << answer.body;
  }
}

}  // namespace
}  // namespace optare::testing
