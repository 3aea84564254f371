// The operations listener: /livez, /readyz, /statusz, /metrics. It answers from the first moment,
// also while the node still catches up.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <shared_mutex>
#include <string>

#include "api/http/route_table.h"
#include "ops/metrics.h"
#include "ops/progress.h"

namespace optare {

struct Node;
class Policies;

class Health {
 public:
  explicit Health(const Progress& progress) : progress_(progress) {}

  // What there is to speak of, once it runs; nulls before it goes.
  void running(const Node* node, const RequestCounts* requests, const Policies* policies);
  void stopping() { stopping_ = true; }

  std::vector<Route> routes();
  // The body of /readyz, and whether requests should come here.
  struct Readiness {
    bool ready = false;
    std::string json;
  };
  Readiness readiness() const;
  // The body of /statusz. Errors: malformed, invalid (the query).
  [[nodiscard]] Result<std::string> status(std::string_view query) const;
  std::string metrics_now() const;

 private:
  void add_waiting(boost::json::object& body) const;
  Task<Result<Response>> livez(const Request& request) const;
  Task<Result<Response>> readyz(const Request& request) const;
  Task<Result<Response>> statusz(const Request& request) const;
  Task<Result<Response>> metrics(const Request& request) const;

  const Progress& progress_;
  mutable std::shared_mutex mutex_;  // held while a request looks, so that nothing goes meanwhile
  const Node* node_ = nullptr;
  const RequestCounts* requests_ = nullptr;
  const Policies* policies_ = nullptr;
  std::atomic<bool> stopping_ = false;
};

}  // namespace optare
