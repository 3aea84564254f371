// Deletes applications over HTTP and asks, right after each answer, whether a token that was active
// before is still: the node that deleted must not say so; others are asked until they no longer do.
//
//   benchmark_deletion --port N [--other N]... --deletions FILE [--in-flight N] [--pause-ms N]
//
// Each line: DELETE's path, its Authorization, the introspector's Authorization, the token; tabs
// between. Exit 1 when a token was not active before, or was after on the node that deleted.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sstream>

#include "ops/benchmarks/http_exchange.h"
#include "ops/benchmarks/measure.h"

namespace optare {
namespace {

struct Deletion {
  std::string erase;       // the request that deletes
  std::string introspect;  // the request that asks
};

struct Order {
  std::uint16_t port = 0;
  std::vector<std::uint16_t> others;
  std::string file;
  std::size_t in_flight = 1;
  int pause_ms = 0;
};

std::vector<Deletion> deletions_of(const Order& order) {
  std::vector<Deletion> deletions;
  std::ifstream in(order.file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string path, administrator, introspector, token;
    std::getline(fields, path, '\t');
    std::getline(fields, administrator, '\t');
    std::getline(fields, introspector, '\t');
    std::getline(fields, token, '\t');
    // What may have to be asked again has a key; it costs a row more.
    const std::string key = order.others.empty() ? "" : "\r\nIdempotency-Key: " + path;
    const std::string body = "token=" + token;
    deletions.push_back(
        {"DELETE " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + administrator +
             key + "\r\n\r\n",
         "POST /oauth2/introspect HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + introspector +
             "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
             std::to_string(body.size()) + "\r\n\r\n" + body});
  }
  return deletions;
}

// A broker that leads a topic may be away meanwhile: then a node says that it cannot answer.
constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds ask_again{5};

struct Measured {
  Latencies asked;      // one introspection, before the deletion: what a round trip takes anyway
  Latencies answered;   // DELETE sent to its answer
  Latencies inactive;   // DELETE sent to the first answer that says inactive, of every node
  Latencies elsewhere;  // DELETE answered to the first such answer of every other node
  std::size_t active_after = 0;
  std::size_t active_elsewhere = 0;  // another node's first answer still said active
  std::size_t asked_again = 0;       // DELETE was answered 503
};

struct Run {
  const Order& order;
  std::vector<Deletion> deletions;
  boost::asio::io_context context{1};
  std::size_t next = 0;
  Measured measured = {};
};

Task<> pause(Run& run, std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(run.context, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

[[noreturn]] void give_up(std::string_view what, const Exchanged& answer) {
  throw std::runtime_error(fmt::format("{}: answered {}: {}", what, answer.status, answer.body));
}

Task<> erase(Run& run, HttpExchange& exchange, const Deletion& deletion) {
  const auto until = SteadyClock::now() + patience;
  for (;;) {
    const Exchanged answer = co_await exchange.send(deletion.erase);
    if (answer.status == 200) co_return;
    if (answer.status != 503 || SteadyClock::now() > until) give_up("DELETE", answer);
    ++run.measured.asked_again;
    co_await pause(run, ask_again);
  }
}

bool says_inactive(const Exchanged& answer) {
  return answer.status == 200 && answer.body == R"({"active":false})";
}

Task<> until_inactive(Run& run, HttpExchange& exchange, const Deletion& deletion) {
  const auto until = SteadyClock::now() + patience;
  for (bool first = true;; first = false) {
    const Exchanged answer = co_await exchange.send(deletion.introspect);
    if (says_inactive(answer)) co_return;
    if (first) ++run.measured.active_elsewhere;
    if (SteadyClock::now() > until) give_up("a token is still active elsewhere", answer);
  }
}

Task<> erase_next(Run& run, HttpExchange& exchange, std::vector<HttpExchange>& others) {
  const Deletion& deletion = run.deletions[run.next++];
  const Exchanged before = co_await exchange.send(deletion.introspect);
  if (before.body.find(R"("active":true)") == std::string_view::npos)
    give_up("a token was not active before", before);
  const auto asked_before = SteadyClock::now();
  co_await exchange.send(deletion.introspect);
  run.measured.asked.add(asked_before);
  const auto asked = SteadyClock::now();
  co_await erase(run, exchange, deletion);
  const auto answered = SteadyClock::now();
  run.measured.answered.add(asked);
  if (!says_inactive(co_await exchange.send(deletion.introspect))) ++run.measured.active_after;
  for (HttpExchange& other : others) co_await until_inactive(run, other, deletion);
  run.measured.inactive.add(asked);
  run.measured.elsewhere.add(answered);
}

Task<> work(Run& run) {
  HttpExchange exchange(run.context.get_executor(), loopback(run.order.port));
  std::vector<HttpExchange> others;
  for (const std::uint16_t port : run.order.others)
    others.emplace_back(run.context.get_executor(), loopback(port));
  while (run.next < run.deletions.size()) {
    co_await erase_next(run, exchange, others);
    if (run.order.pause_ms > 0) co_await pause(run, std::chrono::milliseconds(run.order.pause_ms));
  }
}

boost::json::object measure(const Order& order) {
  Run run{order, deletions_of(order)};
  for (std::size_t i = 0; i < order.in_flight; ++i) {
    boost::asio::co_spawn(run.context, work(run), [](const std::exception_ptr& fault) {
      if (fault) std::rethrow_exception(fault);
    });
  }
  run.context.run();
  const Measured& measured = run.measured;
  return {{"deleted", measured.answered.size()},
          {"active_after", measured.active_after},
          {"active_elsewhere", measured.active_elsewhere},
          {"asked_again", measured.asked_again},
          {"asked", measured.asked.json()},
          {"answered", measured.answered.json()},
          {"inactive", measured.inactive.json()},
          {"elsewhere", measured.elsewhere.json()}};
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  optare::Order order;
  CLI::App app("Deletes applications and asks after their tokens");
  app.add_option("--port", order.port)->required();
  app.add_option("--other", order.others);
  app.add_option("--deletions", order.file)->required();
  app.add_option("--in-flight", order.in_flight)->check(CLI::Range(1, 1'000));
  app.add_option("--pause-ms", order.pause_ms);
  CLI11_PARSE(app, count, arguments);
  try {
    const auto result = optare::measure(order);
    optare::print_result(result);
    return result.at("active_after").as_uint64() == 0 ? 0 : 1;
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_deletion: " << fault.what() << std::endl;
    return 1;
  }
}
