// Which secrets have reached the deadline that their rotation gave them? Rows of the applications'
// projection; the policy that records it asks here.
#pragma once

#include <vector>

#include "core/ports/store.h"
#include "projections/applications.h"

namespace optare {

// At most `limit`, the earliest first.
std::vector<DueSecret> due_secrets(const Store& store, Timestamp now, std::size_t limit);

}  // namespace optare
