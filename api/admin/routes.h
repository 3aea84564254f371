// Every path of the admin API in one table: what it is called, who may, and what it does.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "api/admin/call.h"
#include "api/http/route_table.h"

namespace optare {

constexpr std::string_view admin_root = "/api/v1";

struct AdminRoute {
  Method method = Method::get;
  std::string_view path;   // below admin_root
  std::string_view scope;  // that the caller's token must have
  Task<Result<Response>> (*handler)(const AdminCall& call) = nullptr;
  std::string_view query = {};  // names of the parameters it takes, a space between
};

std::span<const AdminRoute> admin_route_table();

// The table over `services`, which outlive the routes. The routes outlive the server that runs
// them.
std::vector<Route> admin_routes(Services& services);

}  // namespace optare
