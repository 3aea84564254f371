#include "ops/compose.h"

#include <algorithm>

#include "core/base/encoding.h"

namespace optare {
namespace {

// Of the log that the history began in: an Idempotency-Key means the same after a move.
LogId history_id(const Node& node) {
  LogId id = node.identity.log_id;
  const std::string first = node.states.system()->log_id;
  if (first.size() == id.size()) std::ranges::copy(bytes_of(first), id.begin());
  return id;
}

Foundation foundation_of(Node& node, Composition& composition) {
  return {.states = node.states,
          .runner = node.runner,
          .accepted = node.accepted,
          .log = node.log,
          .store = node.store,
          .spool = node.spool,
          .last_used = node.last_used,
          .signing_keys = node.signing_keys,
          .vault = node.vault,
          .random = node.random,
          .clock = node.clock,
          .fleet_key = node.identity.fleet_key,
          .log_id = history_id(node),
          .issuer = node.issuer(),
          .throttle_limits = {},
          .authentication_failed = [&composition](std::string_view client, std::string_view reason,
                                                  std::string_view request_id) {
            composition.counts.authentication_failed(client, reason, request_id);
          }};
}

}  // namespace

Composition::Composition(Node& node, LogLines& lines)
    : services(foundation_of(node, *this)),
      routes(product_routes(services)),
      counts(routes.routes(), lines) {}

}  // namespace optare
