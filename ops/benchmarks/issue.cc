// Asks for many tokens, as fast as the server gives them, and keeps them if told where.
//
//   benchmark_issue --port N --requests FILE --count N [--keep FILE]
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "ops/benchmarks/http_exchange.h"
#include "ops/benchmarks/measure.h"

namespace optare {
namespace {

struct Order {
  std::uint16_t port = 0;
  std::string requests;
  std::string keep;
  std::size_t count = 1'000;
  std::size_t connections = 64;
};

struct Issuing {
  const Order& order;
  std::vector<std::string> requests;
  std::ofstream keep;
  Progress progress = spoken_progress();
  std::size_t next = 0;
  std::size_t done = 0;
};

std::string_view token_of(std::string_view body) {
  constexpr std::string_view member = R"("access_token":")";
  const auto begin = body.find(member);
  if (begin == std::string_view::npos) throw std::runtime_error("an answer without a token");
  body.remove_prefix(begin + member.size());
  return body.substr(0, body.find('"'));
}

Task<> ask(Issuing& issuing, HttpExchange exchange) {
  while (issuing.next < issuing.order.count) {
    const std::string& request = issuing.requests[issuing.next++ % issuing.requests.size()];
    const Exchanged answer = co_await exchange.send(request);
    if (answer.status != 200)
      throw std::runtime_error("answered " + std::to_string(answer.status) + ": " +
                               std::string(answer.body));
    if (issuing.keep.is_open()) issuing.keep << token_of(answer.body) << '\n';
    issuing.progress.report("issuing", "tokens", ++issuing.done, issuing.order.count);
  }
}

boost::json::object issue(const Order& order) {
  Issuing issuing{order, prepared_requests(order.requests), {}};
  if (!order.keep.empty()) issuing.keep.open(order.keep);
  boost::asio::io_context context{1};
  for (std::size_t i = 0; i < order.connections; ++i) {
    HttpExchange exchange(context.get_executor(), loopback(order.port));
    boost::asio::co_spawn(context, ask(issuing, std::move(exchange)),
                          [](const std::exception_ptr& fault) {
                            if (fault) std::rethrow_exception(fault);
                          });
  }
  const auto start = SteadyClock::now();
  context.run();
  const double seconds = seconds_since(start);
  return {{"tokens", issuing.done},
          {"seconds", seconds},
          {"tokens_per_second", static_cast<double>(issuing.done) / seconds}};
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  optare::Order order;
  CLI::App app("Asks for many tokens");
  app.add_option("--port", order.port)->required();
  app.add_option("--requests", order.requests)->required();
  app.add_option("--count", order.count)->required();
  app.add_option("--keep", order.keep);
  app.add_option("--connections", order.connections);
  CLI11_PARSE(app, count, arguments);
  try {
    optare::print_result(optare::issue(order));
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_issue: " << fault.what() << std::endl;
    return 1;
  }
}
