#include "api/admin/open_tails.h"

namespace optare {

Result<void> OpenTails::open(const ClientId& client) {
  const std::scoped_lock lock(mutex_);
  const auto mine = by_application_.find(client);
  if (mine != by_application_.end() && mine->second >= event_tails_per_application_max) {
    return reject(Code::too_many_requests, "this application has " +
                                               std::to_string(event_tails_per_application_max) +
                                               " live tails open: close one of them first");
  }
  if (all_ >= event_tails_max)
    return reject(Code::overloaded, "too many live tails are open: try again later");
  ++all_;
  ++by_application_[client];
  return {};
}

void OpenTails::close(const ClientId& client) {
  const std::scoped_lock lock(mutex_);
  --all_;
  const auto mine = by_application_.find(client);
  if (--mine->second == 0) by_application_.erase(mine);
}

}  // namespace optare
