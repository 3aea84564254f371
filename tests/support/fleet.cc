#include "tests/support/fleet.h"

namespace optare {

Ended cluster_status(const std::vector<const ServerProcess*>& nodes,
                     const ServerProcess::Flags& more) {
  std::string urls;
  for (const ServerProcess* node : nodes) urls += (urls.empty() ? "" : ",") + node->ops_url();
  ServerProcess::Flags arguments{"cluster", "status", "--nodes", urls};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(optare_program(arguments));
}

Ended all_well(const std::vector<const ServerProcess*>& nodes, const ServerProcess::Flags& more) {
  Ended said;
  const auto well = [&] {
    said = cluster_status(nodes, more);
    return said.code == 0;
  };
  try {
    wait_until("all to be well", well, topics_seen_max);
  } catch (const std::runtime_error& late) {
    throw std::runtime_error(late.what() + std::string("; it said:\n") + said.out + said.err);
  }
  return said;
}

}  // namespace optare
