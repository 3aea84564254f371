// Every projection of the product, in the order they are applied.
#pragma once

#include <span>

#include "projections/projection.h"

namespace optare {

std::span<const Projection* const> catalogue();

}  // namespace optare
