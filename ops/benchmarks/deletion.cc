// Deletes applications one by one over HTTP and asks, right after each answer, whether a token that
// was active before is still: it must not be.
//
//   benchmark_deletion --port N --deletions FILE
//
// Each line: DELETE's path, its Authorization, the introspector's Authorization, the token; tabs
// between. Exit 1 when a token was not active before, or was after.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <sstream>

#include "ops/benchmarks/http_exchange.h"
#include "ops/benchmarks/measure.h"

namespace optare {
namespace {

struct Deletion {
  std::string erase;       // the request that deletes
  std::string introspect;  // the request that asks
};

std::vector<Deletion> deletions_of(const std::string& file) {
  std::vector<Deletion> deletions;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string path, administrator, introspector, token;
    std::getline(fields, path, '\t');
    std::getline(fields, administrator, '\t');
    std::getline(fields, introspector, '\t');
    std::getline(fields, token, '\t');
    const std::string body = "token=" + token;
    deletions.push_back(
        {"DELETE " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + administrator +
             "\r\n\r\n",
         "POST /oauth2/introspect HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + introspector +
             "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
             std::to_string(body.size()) + "\r\n\r\n" + body});
  }
  return deletions;
}

struct Measured {
  Latencies answered;  // DELETE sent to its answer
  Latencies inactive;  // DELETE sent to the first answer that says inactive
  std::size_t active_after = 0;
};

Task<> run(std::vector<Deletion> deletions, HttpExchange exchange, Measured& measured) {
  for (const Deletion& deletion : deletions) {
    const Exchanged before = co_await exchange.send(deletion.introspect);
    if (before.body.find(R"("active":true)") == std::string_view::npos)
      throw std::runtime_error("a token was not active before: " + std::string(before.body));
    const auto asked = SteadyClock::now();
    const Exchanged answer = co_await exchange.send(deletion.erase);
    if (answer.status != 200)
      throw std::runtime_error("DELETE was answered " + std::to_string(answer.status) + ": " +
                               std::string(answer.body));
    measured.answered.add(asked);
    const Exchanged after = co_await exchange.send(deletion.introspect);
    measured.inactive.add(asked);
    if (after.status != 200 || after.body != R"({"active":false})") ++measured.active_after;
  }
}

}  // namespace
}  // namespace optare

int main(int count, char** arguments) {
  using namespace optare;
  std::uint16_t port = 0;
  std::string file;
  CLI::App app("Deletes applications and asks after their tokens");
  app.add_option("--port", port)->required();
  app.add_option("--deletions", file)->required();
  CLI11_PARSE(app, count, arguments);
  try {
    boost::asio::io_context context{1};
    Measured measured;
    boost::asio::co_spawn(
        context,
        run(deletions_of(file), HttpExchange(context.get_executor(), loopback(port)), measured),
        [](const std::exception_ptr& fault) {
          if (fault) std::rethrow_exception(fault);
        });
    context.run();
    print_result({{"deleted", measured.answered.size()},
                  {"active_after", measured.active_after},
                  {"answered", measured.answered.json()},
                  {"inactive", measured.inactive.json()}});
    return measured.active_after == 0 ? 0 : 1;
  } catch (const std::exception& fault) {
    std::cerr << "benchmark_deletion: " << fault.what() << std::endl;
    return 1;
  }
}
