// Upgrades: what runs is stopped in good order and started again, one after another, under load.
#pragma once

#include "tests/support/faults.h"

namespace optare {

// Nothing fails but calls at the node that is away, and what that one had is answered.
Measures restart_nodes(FleetUnderLoad& load, Duration pause);
// Commits and tokens pause for no longer than nodes give tokens without news. In the end another
// broker is elected on purpose to lead the log, while all are there.
Measures restart_brokers(FleetUnderLoad& load, Duration pause);

}  // namespace optare
