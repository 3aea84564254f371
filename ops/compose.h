// The product over one node: services, routes, counters. What serve listens with, and what tests
// call without a listener.
#pragma once

#include "api/routes.h"
#include "api/services.h"
#include "ops/metrics.h"
#include "ops/node.h"

namespace optare {

struct Composition {
  Composition(Node& node, LogLines& lines);
  Composition(const Composition&) = delete;
  Composition& operator=(const Composition&) = delete;

  Services services;
  RouteTable routes;
  RequestCounts counts;
};

}  // namespace optare
