// What is counted: names in one place (ops/metrics.cc), meanings in ops/README.md.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/http/route_table.h"
#include "api/server/server.h"
#include "ops/log_line.h"

namespace optare {

struct Node;
class Policies;

// Upper bounds of the latency histogram, in microseconds: 100 us to 10 s.
constexpr std::array<std::uint64_t, 16> latency_bounds_us{
    100,    250,     500,     1'000,   2'500,     5'000,     10'000,    25'000,
    50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

// Hears of each request without a lock: one row of counters a route, made at the start.
class RequestCounts final : public Observer {
 public:
  // REQUIRES: `routes` outlives this and does not move. One more row is for requests without a
  // route.
  RequestCounts(const std::vector<Route>& routes, LogLines& lines);

  void request_finished(const Request& request, const RequestRecord& record) override;
  void connection_opened() override { ++connections_open; }
  void connection_closed() override { --connections_open; }
  void request_shed() override { ++shed; }
  void connection_refused() override { ++refused; }
  void handler_failed(const Request& request, const std::string& what) override;
  void certificate_read(const Result<void>& outcome) override;
  void authentication_failed(std::string_view client, std::string_view reason,
                             std::string_view request_id);

  // Statuses that are told apart; any other counts as 0, "other".
  static constexpr std::array<int, 24> statuses{0,   200, 201, 202, 204, 304, 400, 401,
                                                403, 404, 405, 406, 408, 409, 412, 413,
                                                414, 415, 422, 429, 431, 500, 501, 503};
  // What is refused because an answer could be wrong (design D11), whether or not it would be.
  static constexpr std::array<Code, 2> fail_closed{Code::not_fresh, Code::quarantined};
  struct Row {
    std::string method;
    std::string route;  // the pattern
    std::array<std::atomic<std::uint64_t>, fail_closed.size()> by_fail_closed{};
    std::array<std::atomic<std::uint64_t>, statuses.size()> by_status{};
    std::array<std::atomic<std::uint64_t>, latency_bounds_us.size() + 1> by_latency{};
    std::atomic<std::uint64_t> latency_us_sum = 0;
  };
  const std::vector<std::unique_ptr<Row>>& rows() const { return rows_; }

  std::atomic<std::int64_t> connections_open = 0;
  std::atomic<std::uint64_t> shed = 0;
  std::atomic<std::uint64_t> refused = 0;
  std::atomic<std::uint64_t> handler_faults = 0;
  std::atomic<std::uint64_t> authentication_failures = 0;
  std::atomic<std::uint64_t> certificate_faults = 0;

 private:
  Row& row_of(const Request& request);
  void log_request(const Request& request, const RequestRecord& record);

  LogLines& lines_;
  std::vector<std::unique_ptr<Row>> rows_;                   // the last: no route
  std::unordered_map<std::string_view, std::size_t> index_;  // pattern -> its first row
};

// Everything there is to know, in Prometheus' text format 0.0.4. `node` and `policies` may be null:
// the node is starting.
std::string metrics_text(const RequestCounts* requests, const Node* node, const Policies* policies);

}  // namespace optare
