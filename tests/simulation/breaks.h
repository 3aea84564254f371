// Rules broken on purpose, in the wiring of a simulated node: each shows that a checker would
// notice.
#pragma once

#include "core/log/admission.h"
#include "tests/simulation/judge.h"

namespace optare::simulation {

enum class Break : std::uint8_t {
  none,
  skip_mac,       // admit whatever says that it is a frame
  skip_deadline,  // admit what came too late
  skip_view,      // admit what was decided on another history
  skip_guards,    // admit though a guarded stream moved
  apply_void,     // admit though a written stream moved
  apply_twice,    // admit the second copy of a record
};

// The admission of a node that breaks this rule: the real one, asked about a record that keeps it.
Admission broken_admission(Break broken);

}  // namespace optare::simulation
