// A real server on a free port, with small limits where a test waits for them.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "api/errors.h"
#include "api/http/route_table.h"
#include "api/server/server.h"
#include "core/base/completion.h"
#include "tests/http/raw_client.h"

namespace optare::testing {

struct CountingObserver final : Observer {
  void request_finished(const Request& request, const RequestRecord& record) override {
    const std::scoped_lock lock(mutex);
    ++requests;
    last_route = request.route;
    last_status = record.status;
    last_refusal = record.refusal;
  }
  void connection_opened() override { ++opened; }
  void connection_closed() override { ++closed; }
  void request_shed() override { ++shed; }
  void connection_refused() override { ++refused; }
  void handler_failed(const Request&, const std::string&) override { ++failed; }
  void certificate_read(const Result<void>& outcome) override { ++(outcome ? taken : not_taken); }

  std::atomic<int> requests = 0, opened = 0, closed = 0, shed = 0, refused = 0, failed = 0,
                   taken = 0, not_taken = 0;
  std::mutex mutex;
  std::string last_route;
  int last_status = 0;
  std::optional<Code> last_refusal;
};

// A request to /wait stays in its handler until `open`; `entered` tells that it is there.
struct Gate {
  Completion<int> open;
  std::promise<void> entered;
};

class HttpServer : public ::testing::Test {
 protected:
  ServerOptions options;
  CountingObserver observer;
  Gate gate;
  std::vector<Route> extra_routes;
  std::unique_ptr<RouteTable> table;
  std::unique_ptr<Server> server;
  std::uint16_t port = 0;

  HttpServer() {
    options.limits.sweep_interval = Duration(5);
    // A machine that is busy makes a loop late: nothing is shed but where a test says so.
    options.limits.queueing_delay_max = std::chrono::hours(1);
  }

  void start() {
    std::vector<Route> routes{
        {Method::get, "/hello", [](const Request&) { return say("hello"); }},
        {Method::post, "/echo", [](const Request& request) { return say(request.body); }},
        {Method::get, "/number/{n}",
         [](const Request& request) { return say(std::string(request.parameter("n"))); }},
        {Method::get, "/big", [](const Request&) { return say(std::string(8'000'000, 'b')); }},
        {Method::get, "/throw",
         [](const Request&) -> Task<Result<Response>> { throw std::runtime_error("disk"); }},
        {Method::get, "/wait",
         [this](const Request&) -> Task<Result<Response>> {
           gate.entered.set_value();
           co_await gate.open.wait();
           co_return text_response(200, "text/plain", "waited");
         }},
    };
    routes.insert(routes.end(), extra_routes.begin(), extra_routes.end());
    table = std::make_unique<RouteTable>(std::move(routes),
                                         [](const Rejection& rejection, const Request& request) {
                                           return problem_response(rejection, request);
                                         });
    server = std::make_unique<Server>(
        options, [this](Request& request) { return table->dispatch(request); }, observer,
        [this](const Refusal& refusal, const Request& request) {
          return table->refuse(refusal, request);
        });
    const auto bound = server->start();
    ASSERT_TRUE(bound) << bound.error().detail;
    port = *bound;
  }

  static Task<Result<Response>> say(std::string text) {
    co_return text_response(200, "text/plain", std::move(text));
  }

  // A connection that has sent these bytes and had the first answer to them. Where it may be idle
  // for a moment only, one that a busy machine was late to send on ends unanswered: the next one is
  // in time.
  std::unique_ptr<RawClient> answered(std::string_view bytes) {
    for (int late = 0; late < 100; ++late) {
      auto client = std::make_unique<RawClient>(port);
      client->send(bytes);
      if (client->answer().status == 200) return client;
    }
    throw std::runtime_error("no connection was answered");
  }

  // The answer to `bytes` on a connection of their own.
  Answer answer_to(std::string_view bytes) {
    RawClient client(port);
    client.send(bytes);
    return client.answer();
  }
};

inline std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
inline std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

}  // namespace optare::testing
