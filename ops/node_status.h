// Where a node is, for `optare cluster status`: GET /statusz. Nothing of it is stored.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <string_view>

#include "core/base/result.h"
#include "core/log/event_log.h"

namespace optare {

struct Node;

// Positions whose chain hashes are asked for, as well as the present ones.
using ComparedAt = std::map<Partition, std::uint64_t>;
// "control=12&tokens-00=3". Errors: malformed, invalid.
[[nodiscard]] Result<ComparedAt> compared_at(std::string_view query);

// What this build is: known from the first moment.
boost::json::object build_status();
// The same, with who the node is and how far it has applied the log. A hash at a position that was
// not reached, or is older than the last view_age_max, is null.
boost::json::object node_status(const Node& node, const ComparedAt& compared);

}  // namespace optare
