// Rules between settings: what may not be said together.
#pragma once

#include "ops/config.h"

namespace optare {

// Errors: invalid; the detail names the settings that do not fit together.
[[nodiscard]] Result<void> check_together(const Config& config);

}  // namespace optare
