// A constant answer over our HTTP server: what a request costs before anything is decided.
//
//   build/release/benchmark_http_server [threads] [seconds]
//
// Prints the port; load it with `wrk -t1 -c64 -d3s http://127.0.0.1:PORT/`; at the end prints the
// processor time of the process per request.
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "api/http/route_table.h"
#include "api/server/server.h"

namespace {

using namespace optare;

struct Counter final : Observer {
  void request_finished(const Request&, const RequestRecord&) override {
    requests.fetch_add(1, std::memory_order_relaxed);
  }
  std::atomic<std::size_t> requests = 0;
};

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  const RouteTable table({{Method::get, "/",
                           [](const Request&) -> Task<Result<Response>> {
                             co_return text_response(200, "application/json", std::string(85, 'x'));
                           }}},
                         [](const Rejection&, const Request&) { return empty_response(404); });
  Counter counter;
  Server server(
      {.threads = argc > 1 ? static_cast<std::size_t>(std::atoi(argv[1])) : 1},
      [&table](Request& request) { return table.dispatch(request); }, counter);
  const auto port = server.start();
  if (!port) {
    std::fprintf(stderr, "%s\n", port.error().detail.c_str());
    return 1;
  }
  std::printf("http://127.0.0.1:%d/\n", *port);
  std::fflush(stdout);
  std::this_thread::sleep_for(std::chrono::seconds(argc > 2 ? std::atoi(argv[2]) : 5));
  server.stop();
  const auto requests = counter.requests.load();
  std::printf("%zu requests, %.2f us of processor time each\n", requests,
              requests == 0 ? 0.0 : processor_seconds() * 1e6 / static_cast<double>(requests));
}
