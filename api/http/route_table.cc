#include "api/http/route_table.h"

#include <algorithm>
#include <utility>

#include "api/http/form.h"
#include "core/base/assert.h"

namespace optare {
namespace {

constexpr std::size_t segments_max = 16;  // ours; more matches nothing

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

// What stands between the slashes; "/a/" ends with an empty segment.
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty() && segments.size() <= segments_max) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    segments.push_back(segment);
    path.remove_prefix(segment.size());
  }
  return segments;
}

// Decoded segments. An empty list matches nothing; Rejection: bad encoding.
Result<std::vector<std::string>> decoded_segments(std::string_view path) {
  const auto bad = [] {
    return reject(Code::malformed, "the path is not percent-encoded UTF-8 text");
  };
  std::vector<std::string> segments;
  for (const std::string_view raw : split(path)) {
    auto segment = percent_decoded(raw, false);
    if (!segment || !is_utf8(*segment)) return bad();
    if (std::ranges::any_of(*segment, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
      return bad();
    }
    if (*segment == "." || *segment == "..") return std::vector<std::string>{};
    segments.push_back(*std::move(segment));
  }
  return segments;
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  return std::ranges::equal(pattern, path, [](const std::string& want, const std::string& have) {
    return is_parameter(want) ? !have.empty() : want == have;
  });
}

bool is_plain(std::string_view path) {
  return path.find('%') == path.npos && path.find("/.") == path.npos;
}

}  // namespace

RouteTable::RouteTable(std::vector<Route> routes, ErrorRenderer render)
    : routes_(std::move(routes)), render_(std::move(render)) {
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const std::string& pattern = routes_[i].pattern;
    OPTARE_ASSERT(pattern.starts_with('/') && pattern.find('%') == std::string::npos);
    auto place = std::ranges::find(places_, pattern, &Place::pattern);
    if (place == places_.end()) {
      const auto raw = split(pattern);
      OPTARE_ASSERT(raw.size() <= segments_max);
      for (const auto segment : raw)
        OPTARE_ASSERT(segment.starts_with('{') == segment.ends_with('}'));
      places_.push_back({pattern, {raw.begin(), raw.end()}, {}});
      place = places_.end() - 1;
    }
    for (const std::size_t other : place->routes) {
      OPTARE_ASSERT(routes_[other].method != routes_[i].method);
    }
    place->routes.push_back(i);
  }
  // '{' sorts after every letter and digit, so of two places that both match, the one whose first
  // differing segment is literal comes first.
  std::ranges::sort(places_, {}, &Place::segments);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (std::ranges::none_of(places_[i].segments, is_parameter)) {
      literal_places_.emplace(places_[i].pattern, i);
    }
  }
}

const RouteTable::Place* RouteTable::find(const std::vector<std::string>& segments,
                                          Parameters& parameters) const {
  if (segments.empty()) return nullptr;
  for (const Place& place : places_) {
    if (!matches(place.segments, segments)) continue;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const std::string_view name = place.segments[i];
      if (is_parameter(name)) {
        parameters.emplace_back(name.substr(1, name.size() - 2), segments[i]);
      }
    }
    return &place;
  }
  return nullptr;
}

Result<const RouteTable::Place*> RouteTable::place_of(const std::string& path,
                                                      Parameters& parameters) const {
  if (const auto literal = literal_places_.find(path);
      literal != literal_places_.end() && is_plain(path)) {
    return &places_[literal->second];
  }
  TRY(const auto segments, decoded_segments(path));
  return find(segments, parameters);
}

const Route* RouteTable::route_of(const Place& place, Method method) const {
  const Method wanted = method == Method::head ? Method::get : method;
  for (const std::size_t i : place.routes) {
    const Route& route = routes_[i];
    if (route.method == wanted || route.method == method) return &route;
  }
  return nullptr;
}

Task<Response> RouteTable::dispatch(Request& request) const {
  request.route = {};
  request.parameters.clear();
  const auto place = place_of(request.path, request.parameters);
  if (!place) co_return render_(place.error(), request);
  if (!*place) co_return render_({Code::not_found, "there is nothing at this path", {}}, request);

  request.route = (*place)->pattern;
  if (const Route* route = route_of(**place, request.method)) {
    auto result = co_await route->handler(request);
    if (result) co_return *std::move(result);
    co_return (route->render ? route->render : render_)(result.error(), request);
  }
  std::string allow;
  for (const std::size_t i : (*place)->routes) {
    if (!allow.empty()) allow += ", ";
    allow += text(routes_[i].method);
    if (routes_[i].method == Method::get) allow += ", HEAD";
  }
  Response response =
      render_({Code::method_not_allowed, "this path answers to " + allow + " only", {}}, request);
  response.with("Allow", allow);
  co_return response;
}

Response RouteTable::refuse(const Refusal& refusal, const Request& request) const {
  Parameters unused;
  const auto place = place_of(request.path, unused);
  const Route* route = place && *place ? route_of(**place, request.method) : nullptr;
  return route && route->refuse ? route->refuse(refusal, request)
                                : refusal_response(refusal, request);
}

}  // namespace optare
