#include "api/admin/living.h"

#include "api/oauth/barrier.h"

namespace optare {
namespace {

template <class T>
Task<Result<Seen<T>>> living(const AdminCall& call,
                             std::shared_ptr<const T> (*look)(const AdminCall&),
                             std::string_view absent) {
  for (bool waited = false;; waited = true) {
    Seen<T> seen;
    seen.position = call.services.states.position();
    seen.row = look(call);
    if (seen.row && seen.row->exists()) co_return seen;
    if (waited) co_return reject(Code::not_found, std::string(absent));
    CO_TRY_VOID(co_await see_all_of_control(call.services.states));
  }
}

}  // namespace

Task<Result<Seen<Application>>> living_application(const AdminCall& call) {
  return living<Application>(
      call, [](const AdminCall& c) { return c.services.states.application(c.client_id()); },
      "there is no such application: GET /api/v1/applications lists those there are");
}

Task<Result<Seen<Api>>> living_api(const AdminCall& call) {
  return living<Api>(
      call, [](const AdminCall& c) { return c.services.states.api(c.api_id()); },
      "there is no such API: GET /api/v1/apis lists those there are");
}

}  // namespace optare
