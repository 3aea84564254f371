#include "ops/metrics.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "api/errors.h"
#include "core/log/event_log.h"
#include "ops/forwarding.h"
#include "ops/kafka_metrics.h"
#include "ops/metric_families.h"
#include "ops/node.h"
#include "ops/policies.h"

namespace optare {
namespace {

using prometheus::MetricType;

double number(const std::atomic<std::uint64_t>& value) { return static_cast<double>(value.load()); }

// Also what is 0: an alert on a rise has to see the first one.
void add_fail_closed(Families& families, const RequestCounts& requests) {
  for (const auto& row : requests.rows()) {
    for (std::size_t i = 0; i < RequestCounts::fail_closed.size(); ++i) {
      families.counter("optare_fail_closed_answers_total",
                       "Requests refused because what this node knows could be wrong.",
                       number(row->by_fail_closed.at(i)),
                       {{"method", row->method},
                        {"route", row->route},
                        {"reason", std::string(error_row(RequestCounts::fail_closed.at(i)).slug)}});
    }
  }
}

void add_requests(Families& families, const RequestCounts& requests) {
  for (const auto& row : requests.rows()) {
    for (std::size_t i = 0; i < RequestCounts::statuses.size(); ++i) {
      if (row->by_status[i] == 0) continue;
      const int status = RequestCounts::statuses[i];
      families.counter("optare_http_requests_total", "Requests answered.",
                       number(row->by_status[i]),
                       {{"method", row->method},
                        {"route", row->route},
                        {"status", status == 0 ? "other" : std::to_string(status)}});
    }
  }
  for (const auto& row : requests.rows()) {
    std::uint64_t total = 0;
    for (const auto& count : row->by_latency) total += count;
    if (total == 0) continue;
    auto& metric = families.add("optare_http_request_duration_seconds",
                                "First byte read to response formatted.", MetricType::Histogram,
                                {{"method", row->method}, {"route", row->route}});
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < row->by_latency.size(); ++i) {
      below += row->by_latency[i];
      const double bound = i < latency_bounds_us.size()
                               ? static_cast<double>(latency_bounds_us[i]) / 1e6
                               : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({below, bound});
    }
    metric.histogram.sample_count = total;
    metric.histogram.sample_sum = number(row->latency_us_sum) / 1e6;
  }
  add_fail_closed(families, requests);
  families.gauge("optare_http_connections", "Connections open now.",
                 static_cast<double>(requests.connections_open.load()));
  families.counter("optare_http_requests_shed_total", "Requests answered 503 early, in overload.",
                   number(requests.shed));
  families.counter("optare_http_connections_refused_total",
                   "Connections closed at once: as many were open as may be.",
                   number(requests.refused));
  families.counter("optare_http_handler_faults_total", "Requests answered 503 because of a fault.",
                   number(requests.handler_faults));
  families.counter("optare_tls_certificate_faults_total",
                   "Changed certificates that could not be taken; the old one stays in use.",
                   number(requests.certificate_faults));
  families.counter("optare_authentication_failures_total", "Wrong client credentials.",
                   number(requests.authentication_failures));
}

void add_log(Families& families, const Node& node) {
  for (const Partition partition : partitions) {
    const Head head = node.states.head(partition);
    families.gauge("optare_log_position", "Admitted commits applied (the ordinal).",
                   static_cast<double>(head.view.ordinal),
                   {{"partition", std::string(partition_name(partition))}});
  }
  for (const Partition partition : partitions) {
    const auto end = node.backing.end(partition).value_or(0);
    const auto next = node.states.head(partition).next_offset;
    families.gauge("optare_log_lag_records", "Durable records that are not applied yet.",
                   end > next ? static_cast<double>(end - next) : 0,
                   {{"partition", std::string(partition_name(partition))}});
  }
  for (std::size_t reason = 0; reason < node.voids.size(); ++reason) {
    families.counter("optare_log_void_records_total", "Records that do not count, since the start.",
                     number(node.voids[reason]),
                     {{"reason", std::string(void_reason_name(static_cast<VoidReason>(reason)))}});
  }
}

void add_commits(Families& families, const Settler::Counts& counts) {
  const auto commits = [&](const char* outcome, std::uint64_t value) {
    families.counter("optare_commits_total", "Commits of this node by what became of them.",
                     static_cast<double>(value), {{"outcome", outcome}});
  };
  commits("done", counts.done);
  commits("void", counts.voids);
  commits("failed", counts.failed);
  commits("unknown", counts.unknown);
  families.counter("optare_commits_settled_late_total", "Unknown at first, certain later.",
                   static_cast<double>(counts.settled_late));
  families.gauge("optare_commits_under_way", "Commits without an outcome yet.",
                 static_cast<double>(counts.under_way));
}

void add_view(Families& families, const Node& node) {
  families.gauge("optare_view_fresh", "1: tokens and introspection are answered (design D11).",
                 node.states.fresh() ? 1 : 0);
  // Before the first proof there is no age.
  if (const Duration age = node.states.age(); Currency::is_age(age)) {
    families.gauge("optare_view_age_seconds",
                   "Since the view was proven to hold all that was durable.",
                   static_cast<double>(age.count()) / 1e3);
  }
  families.gauge("optare_quarantined_streams", "Streams whose events cannot be applied.",
                 static_cast<double>(node.states.quarantined_streams().size()));
  const auto writable = [&](const char* store, const std::string& fault) {
    families.gauge("optare_store_writable",
                   "1: it takes writes; 0: its disk is full or failed, see /readyz.",
                   fault.empty() ? 1 : 0, {{"store", store}});
  };
  writable("log", node.backing.fault());
  writable("view", node.store.fault());
  writable("spool", node.spool_log.fault());
  std::error_code none;
  const auto space = std::filesystem::space(node.options.data, none);
  if (!none) {
    families.gauge("optare_disk_free_bytes", "Free on the disk of the data folder.",
                   static_cast<double>(space.available));
  }
  const auto disk = [&](const char* store, std::uint64_t bytes) {
    families.gauge("optare_disk_bytes", "About what each store takes on disk.",
                   static_cast<double>(bytes), {{"store", store}});
  };
  disk("log", node.backing.bytes());
  disk("view", node.store.bytes());
  disk("spool", node.spool_log.bytes());
}

void add_process(Families& families) {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  statm >> pages >> resident;
  families.gauge("process_resident_memory_bytes", "Resident memory.",
                 static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  families.gauge("optare_build_info", "Always 1; the version is the label.", 1,
                 {{"version", OPTARE_VERSION}});
}

}  // namespace

RequestCounts::RequestCounts(const std::vector<Route>& routes, LogLines& lines) : lines_(lines) {
  for (const Route& route : routes) {
    auto row = std::make_unique<Row>();
    row->method = text(route.method);
    row->route = route.pattern;
    rows_.push_back(std::move(row));
  }
  rows_.push_back(std::make_unique<Row>());
  rows_.back()->route = "none";
  rows_.back()->method = "any";
  // The first route of a pattern; its other methods follow somewhere behind.
  for (std::size_t i = 0; i < routes.size(); ++i)
    index_.emplace(std::string_view(rows_[i]->route), i);
}

RequestCounts::Row& RequestCounts::row_of(const Request& request) {
  const auto first = index_.find(request.route);
  if (first == index_.end()) return *rows_.back();
  const auto method = request.method == Method::head ? Method::get : request.method;
  for (std::size_t i = first->second; i + 1 < rows_.size(); ++i) {
    if (rows_[i]->route == request.route && rows_[i]->method == text(method)) return *rows_[i];
  }
  return *rows_.back();
}

void RequestCounts::request_finished(const Request& request, const RequestRecord& record) {
  Row& row = row_of(request);
  const auto status = std::ranges::find(statuses, record.status);
  const auto place = status == statuses.end() ? 0 : status - statuses.begin();
  row.by_status[static_cast<std::size_t>(place)].fetch_add(1, std::memory_order_relaxed);
  const auto taken = static_cast<std::uint64_t>(record.duration.count());
  const auto bound = std::ranges::lower_bound(latency_bounds_us, taken) - latency_bounds_us.begin();
  row.by_latency[static_cast<std::size_t>(bound)].fetch_add(1, std::memory_order_relaxed);
  row.latency_us_sum.fetch_add(taken, std::memory_order_relaxed);
  for (std::size_t i = 0; i < fail_closed.size(); ++i)
    if (record.refusal == fail_closed.at(i)) ++row.by_fail_closed.at(i);
  log_request(request, record);
}

// Reads are many and say little; changes and failures are what an operator looks for.
void RequestCounts::log_request(const Request& request, const RequestRecord& record) {
  const bool changes = request.route.find("/api/v1/") != std::string_view::npos &&
                       request.method != Method::get && request.method != Method::head;
  const LogLevel level = record.status >= 500 ? LogLevel::warning
                         : changes            ? LogLevel::info
                                              : LogLevel::debug;
  if (!lines_.writes(level)) return;
  lines_.write(level, "request",
               {{"method", text(request.method)},
                {"route", request.route},
                {"status", static_cast<std::uint64_t>(record.status)},
                {"duration_us", static_cast<std::uint64_t>(record.duration.count())},
                {"request_id", request.request_id},
                {"address", request.remote_address}});
}

void RequestCounts::handler_failed(const Request& request, const std::string& what) {
  ++handler_faults;
  lines_.write(LogLevel::error, "handler_fault",
               {{"route", request.route}, {"request_id", request.request_id}, {"detail", what}});
}

void RequestCounts::certificate_read(const Result<void>& outcome) {
  if (outcome) {
    lines_.write(LogLevel::info, "certificate_taken", {});
    return;
  }
  ++certificate_faults;
  lines_.write(LogLevel::error, "certificate_not_taken", {{"detail", outcome.error().detail}});
}

void RequestCounts::authentication_failed(std::string_view client, std::string_view reason,
                                          std::string_view request_id) {
  ++authentication_failures;
  lines_.write(LogLevel::info, "authentication_failed",
               {{"client_id", client}, {"reason", reason}, {"request_id", request_id}});
}

std::string metrics_text(const RequestCounts* requests, const Node* node,
                         const Policies* policies) {
  Families families;
  if (requests != nullptr) add_requests(families, *requests);
  if (node != nullptr) {
    add_log(families, *node);
    add_commits(families, node->settler.counts());
    add_view(families, *node);
    if (const KafkaBacking* kafka = node->backing.kafka()) add_kafka(families, *kafka);
    if (node->forwarder) add_forwarding(families, node->forwarder->status());
  }
  if (policies != nullptr) {
    families.counter("optare_secrets_expired_total", "Ends of overlaps that this node recorded.",
                     static_cast<double>(policies->secrets_expired()));
  }
  add_process(families);
  return families.text();
}

}  // namespace optare
