#include "core/application/application.h"

#include <algorithm>
#include <utility>

namespace optare {
namespace {

constexpr std::string_view stream_prefix = "application/";
constexpr std::size_t digest_bytes = 32;  // SHA-256

std::unexpected<Rejection> impossible(const EventMeta& meta, std::string_view why) {
  return reject(Code::internal, std::string(meta.stream) + " at version " +
                                    std::to_string(meta.version) + ": " + std::string(why));
}

std::vector<std::string> sorted_unique(std::vector<std::string> values) {
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
  return values;
}

// What each event does. A case refuses only what no decide can have written.
class Evolution {
 public:
  Evolution(Application& state, const EventMeta& meta) : state_(state), meta_(meta) {}

  Result<void> operator()(const ClientCreated& e) const {
    if (state_.standing != Standing::absent) return impossible(meta_, "created twice");
    if (!meta_.stream.starts_with(stream_prefix))
      return impossible(meta_, "not the stream of an application");
    state_.id = ClientId(meta_.stream.substr(stream_prefix.size()));
    state_.type = e.type;
    state_.name = e.name;
    state_.created_at = meta_.log_time;
    stand(Standing::active);
    return add_secret(e.secret_id, e.secret_digest);
  }

  Result<void> operator()(const ClientRenamed& e) const {
    TRY_VOID(exists());
    state_.name = e.name;
    return {};
  }

  Result<void> operator()(const ClientDeactivated&) const {
    if (state_.standing != Standing::active)
      return impossible(meta_, "deactivated, but was not active");
    stand(Standing::inactive);
    return {};
  }

  Result<void> operator()(const ClientActivated&) const {
    if (state_.standing != Standing::inactive)
      return impossible(meta_, "activated, but was not inactive");
    stand(Standing::active);
    return {};
  }

  Result<void> operator()(const ClientTokensRevoked&) const {
    TRY_VOID(exists());
    stand(state_.standing);
    return {};
  }

  Result<void> operator()(const SecretRotated& e) const {
    TRY_VOID(exists());
    if (!e.dropped_secret_id.empty()) TRY_VOID(remove_secret(e.dropped_secret_id));
    if (state_.secrets.size() >= live_secrets_max)
      return impossible(meta_, "rotated with two secrets kept");
    // The one that was current gets the overlap; one that has a deadline already keeps it.
    for (ClientSecret& secret : state_.secrets) {
      if (!secret.expires_at) secret.expires_at = meta_.log_time + duration_of(e.overlap_ms);
    }
    return add_secret(e.secret_id, e.secret_digest);
  }

  Result<void> operator()(const SecretRevoked& e) const { return end_old_secret(e.secret_id); }
  Result<void> operator()(const SecretExpired& e) const { return end_old_secret(e.secret_id); }

  Result<void> operator()(const ApplicationDeleted&) const {
    TRY_VOID(exists());
    stand(Standing::deleted);
    state_.deleted_at = meta_.log_time;
    state_.secrets.clear();
    state_.grants.clear();
    return {};
  }

  Result<void> operator()(const ApiGranted& e) const {
    TRY_VOID(exists());
    const ApiId api(e.api_id);
    auto scopes = sorted_unique(e.scopes);
    const auto place = std::ranges::lower_bound(state_.grants, api, {}, &ApiGrant::api);
    if (place == state_.grants.end() || place->api != api) {
      state_.grants.insert(place, ApiGrant{api, std::move(scopes), meta_.log_time, meta_.ordinal});
      return {};
    }
    if (!std::ranges::includes(scopes, place->scopes)) place->standing = meta_.ordinal;
    place->scopes = std::move(scopes);
    return {};
  }

  Result<void> operator()(const ApiGrantRevoked& e) const {
    TRY_VOID(exists());
    const auto removed =
        std::erase_if(state_.grants, [&](const ApiGrant& g) { return g.api.text() == e.api_id; });
    if (removed == 0) return impossible(meta_, "a grant was revoked that is not there");
    return {};
  }

 private:
  Result<void> exists() const {
    if (!state_.exists()) return impossible(meta_, "the application does not exist");
    return {};
  }

  void stand(Standing standing) const {
    state_.standing = standing;
    state_.standing_ordinal = meta_.ordinal;
  }

  Result<void> add_secret(const std::string& id, const std::vector<std::uint8_t>& digest) const {
    if (digest.size() != digest_bytes)
      return impossible(meta_, "a secret's digest is not 32 bytes");
    if (state_.secret(SecretId(id)) != nullptr)
      return impossible(meta_, "a secret id was used twice");
    state_.secrets.push_back(
        {SecretId(id), std::string(digest.begin(), digest.end()), meta_.log_time, std::nullopt});
    return {};
  }

  Result<void> remove_secret(const std::string& id) const {
    const auto removed =
        std::erase_if(state_.secrets, [&](const ClientSecret& s) { return s.id.text() == id; });
    if (removed == 0) return impossible(meta_, "a secret ended that is not there");
    return {};
  }

  Result<void> end_old_secret(const std::string& id) const {
    TRY_VOID(exists());
    if (state_.secrets.back().id.text() == id) return impossible(meta_, "the current secret ended");
    return remove_secret(id);
  }

  Application& state_;
  const EventMeta& meta_;
};

}  // namespace

bool ApiGrant::has_scope(std::string_view scope) const {
  return std::binary_search(scopes.begin(), scopes.end(), scope, std::less<>());
}

const ClientSecret* Application::secret(const SecretId& secret_id) const {
  const auto found = std::ranges::find(secrets, secret_id, &ClientSecret::id);
  return found == secrets.end() ? nullptr : &*found;
}

const ApiGrant* Application::grant(const ApiId& api) const {
  const auto found = std::ranges::lower_bound(grants, api, {}, &ApiGrant::api);
  return found == grants.end() || found->api != api ? nullptr : &*found;
}

Result<Application> evolve(Application state, const ApplicationEvent& event,
                           const EventMeta& meta) {
  TRY_VOID(std::visit(Evolution(state, meta), event));
  state.version = meta.version;
  state.updated_at = meta.log_time;
  return state;
}

std::string application_stream(const ClientId& id) {
  return std::string(stream_prefix) + id.text();
}

}  // namespace optare
