// What a read is about, if it is there.
#pragma once

#include <memory>

#include "api/admin/call.h"

namespace optare {

template <class T>
struct Seen {
  std::uint64_t position = 0;  // the row is at least as new
  std::shared_ptr<const T> row;
};

// The application or API that the path names. It is only said to be absent once the view has caught
// up with the log. Errors: not_found; not_fresh.
[[nodiscard]] Task<Result<Seen<Application>>> living_application(const AdminCall& call);
[[nodiscard]] Task<Result<Seen<Api>>> living_api(const AdminCall& call);

}  // namespace optare
