// Many change one application at once, over HTTP, at all nodes: each racer sends the next change as
// soon as the last one is answered.
//
//   benchmark_race --port N [--port N]... --path P --authorization A --racers K [--seconds S]
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "ops/benchmarks/http_exchange.h"
#include "ops/benchmarks/measure.h"

namespace optare {
namespace {

struct Order {
  std::vector<std::uint16_t> ports;
  std::string path;
  std::string authorization;
  std::size_t racers = 3;
  double seconds = 5;
};

struct Race {
  const Order& order;
  boost::asio::io_context context{1};
  SteadyClock::time_point start = SteadyClock::now();
  std::uint64_t sent = 0;
  std::uint64_t done = 0;
  std::uint64_t conflict = 0;
  std::uint64_t other = 0;
  Latencies latencies = {};
};

std::string next_change(Race& race) {
  const std::string body = fmt::format(R"({{"name":"Name {}"}})", ++race.sent);
  return fmt::format(
      "PATCH {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {}\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      race.order.path, race.order.authorization, body.size(), body);
}

Task<> run(Race& race, std::uint16_t port) {
  HttpExchange exchange(race.context.get_executor(), loopback(port));
  while (seconds_since(race.start) < race.order.seconds) {
    const std::string request = next_change(race);
    const auto asked = SteadyClock::now();
    const Exchanged answer = co_await exchange.send(request);
    race.latencies.add(asked);
    ++(answer.status == 200 ? race.done : answer.status == 409 ? race.conflict : race.other);
  }
}

boost::json::object measure(const Order& order) {
  Race race{order};
  for (std::size_t i = 0; i < order.racers; ++i) {
    boost::asio::co_spawn(race.context, run(race, order.ports[i % order.ports.size()]),
                          [](const std::exception_ptr& fault) {
                            if (fault) std::rethrow_exception(fault);
                          });
  }
  race.context.run();
  return {{"done", race.done},
          {"conflict", race.conflict},
          {"other", race.other},
          {"latency", race.latencies.json()}};
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  optare::Order order;
  CLI::App app("Many change one application at once");
  app.add_option("--port", order.ports)->required();
  app.add_option("--path", order.path)->required();
  app.add_option("--authorization", order.authorization)->required();
  app.add_option("--racers", order.racers)->check(CLI::Range(1, 10'000));
  app.add_option("--seconds", order.seconds);
  CLI11_PARSE(app, count, arguments);
  try {
    optare::print_result(optare::measure(order));
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_race: " << fault.what() << std::endl;
    return 1;
  }
}
