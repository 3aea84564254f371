// A node that reaches one broker only, which is cut off from the others and still takes itself for
// the leader: what the others decide does not get to it.
#pragma once

#include "tests/support/faults.h"

namespace optare {

// Done to c. An application is deleted and another one is made where brokers still are two: c must
// tell the first one as alive no longer than `max_staleness`, and must never say that the second
// one is not there.
Measures cut_leader_with_node(FleetUnderLoad& load, Duration pause);

}  // namespace optare
