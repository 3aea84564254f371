// /events: the accepted facts, page by page or as a live tail.
#pragma once

#include "api/admin/call.h"

namespace optare {

// Payload of the events in one page or one send of a tail; ours. A page ends with the commit that
// reaches it: making an answer must not keep its thread from others for long.
constexpr std::size_t events_page_bytes_max = 512 * 1024;

// `after` (exclusive, 0: from the start), `limit`, `partition` (control, or tokens-00). A page
// never splits a commit, so it may hold more items than `limit` when its one commit does; it may
// hold fewer, and only an empty one is the last. `next_cursor` is the position to go on `after`, at
// the end too. With Accept: text/event-stream a live tail; Last-Event-ID goes before `after`.
Task<Result<Response>> list_events(const AdminCall& call);

}  // namespace optare
