#include "commands/application/administrators.h"

#include <string>

#include "core/api/admin_api.h"

namespace optare {
namespace {

constexpr std::size_t page_size = 100;

std::shared_ptr<const Application> other_administrator(const States& states, const ApiId& api,
                                                       const ClientId& client) {
  std::string from;
  for (;;) {
    const auto page = states.applications_of_api(api, from, page_size);
    for (const auto& candidate : page.items) {
      if (candidate->id != client && administers(*candidate, api)) return candidate;
    }
    if (!page.next) return nullptr;
    from = *page.next;
  }
}

}  // namespace

Administration administration_beside(const States& states,
                                     const std::shared_ptr<const Application>& application) {
  Administration administration;
  administration.api = states.built_in_api();
  if (administration.api && application && administers(*application, administration.api->id)) {
    administration.other = other_administrator(states, administration.api->id, application->id);
  }
  return administration;
}

Result<std::vector<Guard>> guards_to_stop_administering(const Application& application,
                                                        const Administration& administration) {
  if (!administration.api || !administers(application, administration.api->id))
    return std::vector<Guard>();
  if (!administration.other) {
    return reject(Code::last_administrator,
                  "no other application could administer after this: grant write:applications of "
                  "the admin API to "
                  "another one first");
  }
  const Application& other = *administration.other;
  return std::vector{Guard{application_stream(other.id), other.version}};
}

}  // namespace optare
