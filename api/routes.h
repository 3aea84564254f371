// Every path of the product on one page.
#pragma once

#include "api/http/route_table.h"
#include "api/services.h"

namespace optare {

// Endpoints and the admin API stand below the path of the issuer's URL, metadata where its
// specifications want it. `services` outlives the table.
RouteTable product_routes(Services& services);

}  // namespace optare
