#include "tests/http/server_fixture.h"

namespace optare::testing {
namespace {

class EventStream : public HttpServer {
 protected:
  std::promise<std::string> ended;

  // GET /events answers with what `stream` sends; `ended` tells why it returned.
  void serve(std::function<Task<std::string>(EventSink&)> stream) {
    extra_routes.push_back(
        {Method::get, "/events", [this, stream](const Request&) -> Task<Result<Response>> {
           co_return event_stream_response([this, stream](EventSink& sink) -> Task<void> {
             ended.set_value(co_await stream(sink));
           });
         }});
    start();
  }
  std::string why_it_ended() { return ended.get_future().get(); }
};

Task<std::string> three_events(EventSink& sink) {
  for (int i = 1; i <= 3; ++i) {
    if (!co_await sink.send("data: " + std::to_string(i) + "\n\n")) co_return "refused";
  }
  co_return "done";
}

// Goes on for ever.
Task<std::string> heartbeat(EventSink& sink) {
  do {
    if (!co_await sink.send(":\n\n")) co_return "send";
  } while (co_await sink.wait(Duration(60'000)));
  co_return sink.stopping() ? "stopping" : "woken";
}

TEST_F(EventStream, SendsChunksAndKeepsTheConnection) {
  serve(three_events);
  RawClient client(port);
  client.send(get("/events"));
  const Answer head = client.answer();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(head.header("Transfer-Encoding"), "chunked");
  ASSERT_NE(client.wait_for("0\r\n\r\n"), std::string::npos);
  EXPECT_EQ(client.received(),
            "9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n9\r\ndata: 3\n\n\r\n0\r\n\r\n");
  EXPECT_EQ(why_it_ended(), "done");
  RawClient again(port);
  again.send(get("/hello"));
  EXPECT_EQ(again.answer().status, 200);
}

TEST_F(EventStream, SendsPlainBytesToHttp10AndCloses) {
  serve(three_events);
  RawClient client(port);
  client.send("GET /events HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.answer().header("Transfer-Encoding"), "");
  EXPECT_EQ(client.rest(), "data: 1\n\ndata: 2\n\ndata: 3\n\n");
}

TEST_F(EventStream, WakesAndEndsWhenTheServerStops) {
  serve(heartbeat);
  RawClient client(port);
  client.send(get("/events"));
  ASSERT_NE(client.wait_for(":\n\n"), std::string::npos);
  EXPECT_TRUE(server->stop());
  EXPECT_EQ(why_it_ended(), "stopping");
  EXPECT_NE(client.rest().find("0\r\n\r\n"), std::string::npos) << "the body ends properly";
}

TEST_F(EventStream, WakesAndEndsWhenTheClientIsGone) {
  serve(heartbeat);
  {
    RawClient client(port);
    client.send(get("/events"));
    ASSERT_NE(client.wait_for(":\n\n"), std::string::npos);
  }
  EXPECT_EQ(why_it_ended(), "stopping");
}

TEST_F(EventStream, EndsWhenTheClientDoesNotRead) {
  options.limits.response_write_time_max = Duration(50);
  serve([](EventSink& sink) -> Task<std::string> {
    while (co_await sink.send(std::string(100'000, 'x'))) {
    }
    co_return "too slow";
  });
  RawClient client(port);
  client.send(get("/events"));
  EXPECT_EQ(why_it_ended(), "too slow");
}

TEST_F(EventStream, CutsTheBodyShortWhenItsSourceFails) {
  extra_routes.push_back({Method::get, "/broken", [](const Request&) -> Task<Result<Response>> {
                            co_return event_stream_response([](EventSink& sink) -> Task<void> {
                              co_await sink.send("data: 1\n\n");
                              throw std::runtime_error("disk");
                            });
                          }});
  start();
  RawClient client(port);
  client.send(get("/broken"));
  EXPECT_EQ(client.rest().find("0\r\n\r\n"), std::string::npos);
  EXPECT_EQ(observer.failed, 1);
}

}  // namespace
}  // namespace optare::testing
