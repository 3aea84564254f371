#include "api/admin/call.h"

#include <algorithm>
#include <boost/json/object.hpp>

#include "api/http/json_body.h"
#include "api/http/spoken_name.h"
#include "core/application/name.h"
#include "core/base/parse.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

std::string_view next_item(std::string_view& list, char separator) {
  const std::size_t end = std::min(list.find(separator), list.size());
  std::string_view item = list.substr(0, end);
  list.remove_prefix(std::min(end + 1, list.size()));
  while (item.starts_with(' ') || item.starts_with('\t')) item.remove_prefix(1);
  while (item.ends_with(' ') || item.ends_with('\t')) item.remove_suffix(1);
  return item;
}

bool takes(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    if (next_item(names, ' ') == name) return true;
  }
  return false;
}

std::string query_parameter(const std::string& name) {
  return may_be_spoken(name) ? "the query parameter '" + name + "'" : "a query parameter";
}

Result<Form> query_of(const Request& request, std::string_view names) {
  TRY(Form query, parse_query(request.query));
  for (const auto& [name, value] : query.pairs) {
    if (!takes(names, name)) {
      return reject(Code::invalid,
                    query_parameter(name) + " is not one that is known here: leave " + "it out");
    }
    if (query.repeated(name))
      return reject(Code::invalid, query_parameter(name) + " is there more than once");
  }
  return query;
}

Task<Result<void>> wait_for_demanded_position(AdminContext& context, const Request& request,
                                              const Caller& caller) {
  Services& services = context.services;
  const std::string_view text = request.header("Optare-Min-Position");
  if (text.empty()) co_return Result<void>();
  const auto position = parse_number<std::uint64_t>(text);
  if (!position)
    co_return reject(Code::malformed, "Optare-Min-Position is a position: a whole number");
  struct Place {
    explicit Place(std::atomic<std::size_t>& n) : count(n), number(++n) {}
    ~Place() { --count; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    std::atomic<std::size_t>& count;
    const std::size_t number;
  };
  const Place place(context.position_waits);
  if (*position > services.states.position() && place.number > position_waits_max)
    co_return reject(Code::overloaded, "too many requests wait for a position: try again shortly");
  if (co_await services.states.reached(*position, min_position_patience)) {
    // What was waited for may be the end of the caller's token.
    if (still_alive(services, caller)) co_return Result<void>();
    co_return reject(Code::unauthenticated, "the access token ended while this waited");
  }
  co_return reject(Code::not_fresh, "this node has not reached position " + std::string(text) +
                                        " yet: try again shortly");
}

bool is_safe(Method method) { return method == Method::get || method == Method::head; }

Result<CommandOrigin> origin_of(const Services& services, const Request& request,
                                const Caller& caller) {
  CommandOrigin origin;
  origin.actor = {ActorType::application, caller.client.text()};
  origin.request_id = request.request_id;
  origin.address = request.remote_address;
  origin.if_match = if_match_of(request);
  origin.still_allowed = [&services, caller] { return still_alive(services, caller); };
  const auto keys = request.headers_all("Idempotency-Key");
  if (keys.empty() || is_safe(request.method)) return origin;
  const std::string_view key = keys.front();
  const auto printable = [](char c) { return c > 0x20 && c < 0x7F; };
  if (keys.size() > 1 || key.empty() || key.size() > idempotency_key_bytes_max ||
      !std::ranges::all_of(key, printable)) {
    return reject(Code::malformed, "Idempotency-Key is sent once: 1 to " +
                                       std::to_string(idempotency_key_bytes_max) +
                                       " visible ASCII characters, a random one for each request");
  }
  origin.command_id =
      command_id(services.log_id, origin.actor.id, text(request.method), request.path, key);
  origin.request_digest = sha256(request.body);
  return origin;
}

}  // namespace

// The first 16 bytes of SHA-256 over what makes a request this one.
CommitId command_id(const LogId& log_id, std::string_view actor, std::string_view method,
                    std::string_view path, std::string_view key) {
  std::string covered(text_of(log_id));
  for (const std::string_view part : {actor, method, path, key}) {
    covered += part;
    covered += '\0';  // None of the parts can hold it.
  }
  CommitId id;
  std::ranges::copy_n(sha256(covered).begin(), id.size(), id.begin());
  return id;
}

std::optional<std::vector<std::uint64_t>> if_match_of(const Request& request) {
  const auto headers = request.headers_all("If-Match");
  if (headers.empty()) return std::nullopt;
  std::vector<std::uint64_t> versions;
  for (std::string_view tags : headers) {
    while (!tags.empty()) {
      const std::string_view tag = next_item(tags, ',');
      if (tag == "*") return std::nullopt;
      if (tag.size() < 3 || !tag.starts_with('"') || !tag.ends_with('"')) continue;
      if (const auto version = parse_number<std::uint64_t>(tag.substr(1, tag.size() - 2)))
        versions.push_back(*version);
    }
  }
  return versions;
}

Task<Result<AdminCall>> admin_call(AdminContext& context, const Request& request,
                                   std::string_view scope, std::string_view query_names) {
  Services& services = context.services;
  CO_TRY(Caller caller, co_await authorize(services, request, scope));
  CO_TRY(Form query, query_of(request, query_names));
  CO_TRY(CommandOrigin origin, origin_of(services, request, caller));
  CO_TRY_VOID(co_await wait_for_demanded_position(context, request, caller));
  co_return AdminCall{context,           services,          request,
                      std::move(caller), std::move(origin), std::move(query)};
}

Result<std::string> reason_of(const Request& request) {
  TRY(const boost::json::object body, optional_json_body(request));
  JsonReader reader(body);
  TRY(auto reason, reader.optional_string("reason", reason_bytes_max));
  TRY_VOID(reader.finish());
  if (!reason) return std::string();
  if (has_control_characters(*reason))
    return std::unexpected(reader.wrong("reason", "must not have control characters"));
  return *std::move(reason);
}

}  // namespace optare
