// Accepted facts as the audit shows them (contracts.md B). Digests are never spoken.
#pragma once

#include <boost/json/object.hpp>
#include <vector>

#include "core/ports/accepted.h"

namespace optare {

// An item for each event of the commit, in order; `id` is "<ordinal>.<i>", from 0.
std::vector<boost::json::object> event_items(const AcceptedCommit& accepted);

// Of all its events, as they are stored: about what their items take.
std::size_t payload_bytes(const AcceptedCommit& accepted);

}  // namespace optare
