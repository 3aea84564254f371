// What the nodes of a deployment say of themselves (GET /statusz), and whether it goes together.
// Pure; `optare cluster status` asks.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace optare {

struct PartitionReport {
  std::uint64_t position = 0;  // the ordinal: admitted commits applied
  std::string hash;            // of the chain there, in hex
  std::uint64_t lag = 0;       // records that the node has and has not applied
  std::string compared_hash;   // of the chain at the position it was asked about; empty: not kept
};

struct NodeReport {
  std::string url;
  std::string silence;  // why there is no report; empty: there is one
  std::string status;   // as /readyz has it
  std::string node;
  std::string version;
  std::string issuer;
  std::string log;  // digest of the log's id
  std::uint64_t level_supported = 0;
  std::uint64_t level_raised = 0;
  std::optional<std::uint64_t> view_age_ms;
  std::map<std::string, PartitionReport> partitions;  // empty while it starts
  std::vector<std::string> reasons;                   // for which not all is well with it
  boost::json::value said;                            // all of it
};
// Errors: malformed, it is not what a node says.
[[nodiscard]] Result<NodeReport> node_report(std::string url, std::string_view body);
NodeReport silent_node(std::string url, std::string why);

// What all nodes are held against, taken from what they said first: the position that every one of
// them knows the hash of, and the one that every one of them has to reach.
struct Goal {
  std::uint64_t compared = 0;
  std::uint64_t reached = 0;
  bool operator==(const Goal&) const = default;
};
using Goals = std::map<std::string, Goal>;  // by partition
Goals goals_of(std::span<const NodeReport> nodes);
// Whether every node that says where it is has reached them.
bool reached(std::span<const NodeReport> nodes, const Goals& goals);
// What is not well, a line each; empty: all is. `nodes` were asked about `goals`.
std::vector<std::string> findings(std::span<const NodeReport> nodes, const Goals& goals);

}  // namespace optare
