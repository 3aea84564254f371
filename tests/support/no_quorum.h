// One of three brokers is left: nothing can be written, what is there can be read.
#pragma once

#include "tests/support/faults.h"

namespace optare {

// No node says that a write is done, and each says why. A deletion that is asked for in the moment
// when two brokers die is in doubt, and in doubt nothing lives. All of it is looked for in the end.
Measures kill_two(FleetUnderLoad& load, Duration pause);

}  // namespace optare
