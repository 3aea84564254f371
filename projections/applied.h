// Whether a log holds what a view was made from.
#pragma once

#include "core/base/result.h"
#include "core/log/admission.h"
#include "core/log/event_log.h"
#include "core/ports/store.h"

namespace optare {

// How far the view is. Throws StoreFault: it cannot be read.
Head stored_head(const Store& store, Partition partition);

// Of each partition the last record that the view applied, at its place. Errors: conflict, with
// what is missing. Throws LogFault, StoreFault.
[[nodiscard]] Result<void> holds_what_was_applied(const EventLog& log, const Store& store);

}  // namespace optare
