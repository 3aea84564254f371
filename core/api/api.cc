#include "core/api/api.h"

#include <algorithm>
#include <utility>

#include "core/base/encoding.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

constexpr std::string_view stream_prefix = "api/";

std::unexpected<Rejection> impossible(const EventMeta& meta, std::string_view why) {
  return reject(Code::internal, std::string(meta.stream) + " at version " +
                                    std::to_string(meta.version) + ": " + std::string(why));
}

// What each event does. A case refuses only what no decide can have written.
class Evolution {
 public:
  Evolution(Api& state, const EventMeta& meta) : state_(state), meta_(meta) {}

  Result<void> operator()(const ApiRegistered& e) const {
    if (state_.standing != Standing::absent) return impossible(meta_, "registered twice");
    if (!meta_.stream.starts_with(stream_prefix))
      return impossible(meta_, "not the stream of an API");
    state_.id = ApiId(meta_.stream.substr(stream_prefix.size()));
    state_.identifier = e.identifier;
    state_.built_in = e.built_in;
    state_.created_at = meta_.log_time;
    stand(Standing::active);
    return describe(e.name, e.scope_names, e.scope_descriptions, e.token_lifetime_ms,
                    e.token_format);
  }

  Result<void> operator()(const ApiUpdated& e) const {
    TRY_VOID(exists());
    // Tokens out there may carry a scope that goes: they all end, rather than mean what they no
    // longer may.
    const auto kept = [&](const ApiScope& scope) {
      return std::ranges::count(e.scope_names, scope.name) > 0;
    };
    if (!std::ranges::all_of(state_.scopes, kept)) stand(state_.standing);
    return describe(e.name, e.scope_names, e.scope_descriptions, e.token_lifetime_ms,
                    e.token_format);
  }

  Result<void> operator()(const ApiDeleted&) const {
    TRY_VOID(exists());
    stand(Standing::deleted);
    state_.deleted_at = meta_.log_time;
    state_.introspectors.clear();
    return {};
  }

  Result<void> operator()(const IntrospectorAllowed& e) const {
    TRY_VOID(exists());
    const ClientId client(e.client_id);
    const auto place = std::ranges::lower_bound(state_.introspectors, client);
    if (place != state_.introspectors.end() && *place == client)
      return impossible(meta_, "an introspector was allowed twice");
    state_.introspectors.insert(place, client);
    return {};
  }

  Result<void> operator()(const IntrospectorRemoved& e) const {
    TRY_VOID(exists());
    if (std::erase(state_.introspectors, ClientId(e.client_id)) == 0) {
      return impossible(meta_, "an introspector was removed that is not there");
    }
    return {};
  }

 private:
  Result<void> exists() const {
    if (!state_.exists()) return impossible(meta_, "the API does not exist");
    return {};
  }

  void stand(Standing standing) const {
    state_.standing = standing;
    state_.standing_ordinal = meta_.ordinal;
  }

  Result<void> describe(const std::string& name, const std::vector<std::string>& scope_names,
                        const std::vector<std::string>& scope_descriptions,
                        std::uint64_t token_lifetime_ms, TokenFormat token_format) const {
    if (scope_names.size() != scope_descriptions.size())
      return impossible(meta_, "scopes and descriptions differ in number");
    state_.name = name;
    state_.scopes.clear();
    for (std::size_t i = 0; i < scope_names.size(); ++i) {
      state_.scopes.push_back({scope_names[i], scope_descriptions[i]});
    }
    state_.token_lifetime = duration_of(token_lifetime_ms);
    state_.token_format = token_format;
    return {};
  }

  Api& state_;
  const EventMeta& meta_;
};

}  // namespace

bool Api::has_scope(std::string_view scope) const {
  return std::ranges::any_of(scopes, [scope](const ApiScope& s) { return s.name == scope; });
}

Result<Api> evolve(Api state, const ApiEvent& event, const EventMeta& meta) {
  TRY_VOID(std::visit(Evolution(state, meta), event));
  state.version = meta.version;
  state.updated_at = meta.log_time;
  return state;
}

std::string api_stream(const ApiId& id) { return std::string(stream_prefix) + id.text(); }

std::string api_identifier_stream(std::string_view identifier) {
  return "api-identifier/" + hex(sha256(identifier));
}

}  // namespace optare
