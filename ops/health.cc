#include "ops/health.h"

#include <boost/json.hpp>

#include "core/log/event_log.h"
#include "ops/forwarding.h"
#include "ops/kafka_backing.h"
#include "ops/node.h"
#include "ops/node_status.h"
#include "projections/catalogue.h"
#include "projections/rebuild.h"

namespace optare {
namespace {

namespace json = boost::json;

std::uint64_t lag_of(const Node& node, Partition partition) {
  const auto next = node.states.head(partition).next_offset;
  const auto end = node.backing.end(partition).value_or(next);
  return end > next ? end - next : 0;
}

// One loop applies every projection of a partition: they share its position and lag.
json::array projections_of(const Node& node) {
  json::array rows;
  for (const Projection* projection : catalogue()) {
    const bool tokens = projection->name() == "revocations";
    const Partition partition = tokens ? Partition::tokens_00 : Partition::control;
    const auto lag = lag_of(node, partition);
    rows.push_back(json::object{{"name", projection->name()},
                                {"version", projection->version()},
                                {"partition", partition_name(partition)},
                                {"position", node.states.view(partition).ordinal},
                                {"lag", lag},
                                {"state", lag == 0 ? "current" : "behind"}});
  }
  return rows;
}

json::array quarantined_of(const Node& node) {
  json::array rows;
  for (const Quarantined& stream : quarantined_streams(node.store)) {
    rows.push_back(json::object{
        {"stream", stream.stream}, {"position", stream.ordinal}, {"reason", stream.reason}});
  }
  return rows;
}

// How this node stands to the brokers; null when its log needs none.
json::value kafka_of(const Node& node) {
  const KafkaBacking* kafka = node.backing.kafka();
  if (kafka == nullptr) return nullptr;
  const KafkaStatus status = kafka->status();
  json::array parts;
  for (const KafkaStatus::Part& part : status.parts) {
    json::object row{{"partition", partition_name(part.partition)},
                     {"offset", part.mirror_end},
                     {"lag", part.lag()}};
    if (Currency::is_age(part.age))
      row["age_seconds"] = static_cast<double>(part.age.count()) / 1e3;
    parts.push_back(std::move(row));
  }
  return json::object{{"brokers_known", status.brokers.known},
                      {"brokers_up", status.brokers.up},
                      {"partitions", std::move(parts)}};
}

// What is wrong: why requests should go elsewhere, or, while they may come, why writes are refused.
json::array reasons_of(const Node& node) {
  json::array reasons;
  const auto add = [&](std::string_view name, const std::string& detail) {
    if (!detail.empty()) reasons.push_back(json::object{{"name", name}, {"detail", detail}});
  };
  add("stopped", node.states.stop_reason());
  add("follower", node.following ? node.following->fault() : "");
  add("log", node.backing.fault());
  add("view", node.store.fault());
  add("spool", node.spool_log.fault());
  if (node.forwarder) add("issuance", late_forwarding(node.forwarder->status()));
  if (node.acknowledgements && !node.acknowledgements->hopeful())
    add("issuance_ack", "tokens are refused: brokers do not acknowledge their records in time");
  if (!node.states.fresh())
    add("not_fresh", "nothing was heard from the log for longer than max_staleness");
  return reasons;
}

// What is wrong with a node that runs, and the word for it.
void add_wellness(json::object& body, const Node& node) {
  json::array reasons = reasons_of(node);
  json::array quarantined = quarantined_of(node);
  // What cannot be written does not keep from reading.
  const bool well = reasons.empty() && quarantined.empty();
  body["status"] = !node.states.fresh() ? "unavailable" : well ? "ready" : "degraded";
  body["quarantined"] = std::move(quarantined);
  body["reasons"] = std::move(reasons);
}

}  // namespace

void Health::running(const Node* node, const RequestCounts* requests, const Policies* policies) {
  const std::unique_lock lock(mutex_);
  node_ = node;
  requests_ = requests;
  policies_ = policies;
}

// There is no node yet, or no more.
void Health::add_waiting(json::object& body) const {
  body["status"] = stopping_ ? "stopping" : "starting";
  if (const auto text = progress_.text(); !stopping_ && !text.empty()) body["progress"] = text;
  body["quarantined"] = json::array();
}

Health::Readiness Health::readiness() const {
  const std::shared_lock lock(mutex_);
  json::object body;
  if (stopping_ || node_ == nullptr) {
    add_waiting(body);
    body["projections"] = json::array();
    return {false, json::serialize(body)};
  }
  add_wellness(body, *node_);
  body["issuer"] = node_->issuer();
  body["position"] = node_->states.position();
  body["projections"] = projections_of(*node_);
  if (auto kafka = kafka_of(*node_); !kafka.is_null()) body["kafka"] = std::move(kafka);
  return {body["status"] != "unavailable", json::serialize(body)};
}

Result<std::string> Health::status(std::string_view query) const {
  TRY(const ComparedAt compared, compared_at(query));
  const std::shared_lock lock(mutex_);
  json::object body;
  if (stopping_ || node_ == nullptr) {
    body = build_status();
    add_waiting(body);
    body["partitions"] = json::array();
    body["reasons"] = json::array();
  } else {
    body = node_status(*node_, compared);
    add_wellness(body, *node_);
  }
  return json::serialize(body);
}

std::vector<Route> Health::routes() {
  std::vector<Route> routes;
  const auto get = [&](std::string pattern,
                       Task<Result<Response>> (Health::*handler)(const Request&) const) {
    Route route;
    route.method = Method::get;
    route.pattern = std::move(pattern);
    route.handler = [this, handler](const Request& request) { return (this->*handler)(request); };
    routes.push_back(std::move(route));
  };
  get("/livez", &Health::livez);
  get("/readyz", &Health::readyz);
  get("/statusz", &Health::statusz);
  get("/metrics", &Health::metrics);
  return routes;
}

Task<Result<Response>> Health::livez(const Request& /*request*/) const {
  co_return text_response(200, "text/plain; charset=utf-8", "alive\n");
}

Task<Result<Response>> Health::readyz(const Request& /*request*/) const {
  Readiness now = readiness();
  Response response = text_response(now.ready ? 200 : 503, "application/json", std::move(now.json));
  response.with("Cache-Control", "no-store");
  co_return response;
}

Task<Result<Response>> Health::statusz(const Request& request) const {
  CO_TRY(std::string body, status(request.query));
  Response response = text_response(200, "application/json", std::move(body));
  response.with("Cache-Control", "no-store");
  co_return response;
}

Task<Result<Response>> Health::metrics(const Request& /*request*/) const {
  co_return text_response(200, "text/plain; version=0.0.4; charset=utf-8", metrics_now());
}

std::string Health::metrics_now() const {
  const std::shared_lock lock(mutex_);
  return metrics_text(requests_, node_, policies_);
}

}  // namespace optare
