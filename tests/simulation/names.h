// What genesis names.
#pragma once

#include "core/base/id.h"

namespace optare::simulation {

extern const ClientId administrator;
extern const ApiId admin_api;
extern const std::string issuer;

}  // namespace optare::simulation
