// What the two listeners of `optare serve` are made with.
#pragma once

#include "api/server/server.h"
#include "ops/config.h"

namespace optare {

ServerOptions product_listener(const Config& config);
ServerOptions operations_listener(const Config& config);

}  // namespace optare
