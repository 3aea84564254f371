// Every path of a listener in one table.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/http/request.h"
#include "api/http/response.h"
#include "core/base/result.h"
#include "core/base/task.h"

namespace optare {

// The request outlives the run of the handler. A Rejection is spoken by the route's renderer.
using Handler = std::function<Task<Result<Response>>(const Request&)>;
using ErrorRenderer = std::function<Response(const Rejection&, const Request&)>;

struct Route {
  Method method = Method::get;  // a GET answers HEAD too; the server leaves the body out
  std::string pattern;          // "/api/v1/applications/{client_id}"; {x} is one non-empty segment
  Handler handler;
  ErrorRenderer render = {};  // none: the table's own
};

// A literal segment wins over {x}. Nothing is forgiven: "/a/" and "//a" are not "/a", and "." or
// ".." (encoded or not) match nothing.
// Thread: const after construction; any.
class RouteTable {
 public:
  // REQUIRES: patterns are well-formed and no two of one method are the same.
  RouteTable(std::vector<Route> routes, ErrorRenderer render);

  // Fills request.route and request.parameters and runs the handler. Renders not_found;
  // method_not_allowed with Allow; malformed when a segment does not decode to UTF-8 text.
  Task<Response> dispatch(Request& request) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Place {  // one pattern: its segments, and its routes
    std::string pattern;
    std::vector<std::string> segments;  // "{x}" stays as it is written
    std::vector<std::size_t> routes;
  };

  const Place* find(Request& request, const std::vector<std::string>& segments) const;

  std::vector<Route> routes_;
  ErrorRenderer render_;
  std::vector<Place> places_;  // literal segments before parameters
  std::unordered_map<std::string, std::size_t> literal_places_;  // without parameters, by path
};

}  // namespace optare
