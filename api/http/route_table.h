// Every path of a listener in one table.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/http/refusal.h"
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
  ErrorRenderer render = {};    // none: the table's own
  RefusalRenderer refuse = {};  // what the server refuses; none: as a problem
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

  // What the server refuses itself, as the route says it that the request was meant for, if there
  // is one. Usable as a RefusalRenderer.
  Response refuse(const Refusal& refusal, const Request& request) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Place {  // one pattern: its segments, and its routes
    std::string pattern;
    std::vector<std::string> segments;  // "{x}" stays as it is written
    std::vector<std::size_t> routes;
  };

  using Parameters = decltype(Request::parameters);
  // Null: none matches. Rejection: bad encoding.
  Result<const Place*> place_of(const std::string& path, Parameters& parameters) const;
  const Place* find(const std::vector<std::string>& segments, Parameters& parameters) const;
  // Null: the place does not answer to this method.
  const Route* route_of(const Place& place, Method method) const;

  std::vector<Route> routes_;
  ErrorRenderer render_;
  std::vector<Place> places_;  // literal segments before parameters
  std::unordered_map<std::string, std::size_t> literal_places_;  // without parameters, by path
};

}  // namespace optare
