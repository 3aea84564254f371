// The live tail of accepted facts: server-sent events (WHATWG HTML section 9.2).
#pragma once

#include <cstdint>

#include "api/admin/call.h"

namespace optare {

constexpr Duration event_heartbeat_interval = std::chrono::seconds(15);  // ours

// The last event that the reader has seen: "<ordinal>.<i>" as in its item.
struct EventId {
  std::uint64_t position = 0;
  std::uint64_t index = UINT64_MAX;  // all of that commit
};

// Last-Event-ID of the request, else all up to `after`. Errors: malformed.
[[nodiscard]] Result<EventId> event_id_of(const Request& request, std::uint64_t after);

// An endless answer: each fact after `from`, in order, as soon as it is accepted. It ends when the
// caller's token does: that is looked at before anything is sent, heartbeats too. Errors: those of
// OpenTails.
[[nodiscard]] Result<Response> tail_events(const AdminCall& call, Partition partition,
                                           EventId from);

}  // namespace optare
