#include "tests/simulation/model_rows.h"

#include <algorithm>
#include <utility>

#include "core/base/row_codec.h"
#include "projections/applications.h"
#include "projections/journal.h"
#include "tests/simulation/simulated_store.h"

namespace optare::simulation {
namespace {

// The design's own numbers, written down again.
constexpr int streams_cleared_max = 4;
std::optional<Duration> life_of(std::string_view stream) {
  if (stream.starts_with("command/")) return std::chrono::hours(24);
  if (stream.starts_with("00/")) return std::chrono::days(30);
  return std::nullopt;
}

std::string id_of(const std::string& stream) { return stream.substr(stream.rfind('/') + 1); }

template <class T>
std::shared_ptr<const T> as_of(
    const std::map<std::string, std::vector<std::pair<std::uint64_t, std::shared_ptr<const T>>>>&
        history,
    const std::string& id, std::uint64_t ordinal) {
  const auto found = history.find(id);
  if (found == history.end()) return nullptr;
  const auto& states = found->second;
  const auto after =
      std::ranges::upper_bound(states, ordinal, {}, [](const auto& s) { return s.first; });
  return after == states.begin() ? nullptr : std::prev(after)->second;
}

std::set<std::string> due_keys(const Application& application) {
  std::set<std::string> keys;
  for (const ClientSecret& secret : application.secrets) {
    if (secret.expires_at)
      keys.insert(due_secret_key(*secret.expires_at, application.id.text(), secret.id.text()));
  }
  return keys;
}

std::set<std::string> grant_keys(const Application& application) {
  std::set<std::string> keys;
  for (const ApiGrant& grant : application.grants)
    keys.insert(application_by_api_key(grant.api, application.id.text()));
  return keys;
}

}  // namespace

void ModelRows::begin(Partition partition, std::uint64_t ordinal, Timestamp log_time) {
  partition_ = partition;
  ordinal_ = ordinal;
  log_time_ = log_time;
}

void ModelRows::put_position(std::uint64_t offset, const Hash& hash) {
  put(Table::chain, chain_key(partition_, ordinal_), encode_chain(ordinal_, hash));
  put(Table::journal, journal_key(partition_, ordinal_), encode_journal(offset, log_time_));
}

void ModelRows::put_stream(const std::string& stream, const StreamVersion& version) {
  put(Table::stream, stream_key(partition_, stream), encode_row(version));
  if (!life_of(stream)) return;
  ending_.emplace(log_time_, stream);
  written_at_[stream] = log_time_;
  clears_ = true;
}

void ModelRows::end() {
  if (std::exchange(clears_, false)) clear_ended_streams();
  digests_.push_back(digest_);
}

void ModelRows::clear_ended_streams() {
  const auto over = [this](const std::string& stream, Timestamp written_at) {
    return log_time_ - written_at >= *life_of(stream);
  };
  for (int i = 0; i < streams_cleared_max && !ending_.empty(); ++i) {
    const auto [written_at, stream] = *ending_.begin();
    if (!over(stream, written_at)) return;
    if (const auto last = written_at_.find(stream);
        last != written_at_.end() && over(stream, last->second)) {
      put(Table::stream, stream_key(partition_, stream), std::nullopt);
      written_at_.erase(last);
    }
    ending_.erase(ending_.begin());
  }
}

void ModelRows::put(Table table, std::string_view key, std::optional<std::string> value) {
  const std::string full = store_key(table, key);
  auto& history = rows_[full];
  if (!history.empty() && history.back().second)
    digest_ -= row_digest(full, *history.back().second);
  if (value) digest_ += row_digest(full, *value);
  history.emplace_back(ordinal_, std::move(value));
}

Result<void> ModelRows::fold(const std::string& stream, const EncodedEvent& encoded,
                             std::uint64_t version) {
  TRY(const Event event, decode_event(encoded.type, encoded.payload));
  const EventMeta meta{stream, ordinal_, version, log_time_};
  happened_[stream].push_back({ordinal_, log_time_, event});
  const std::string id = id_of(stream);
  if (const auto of_application = narrow<ApplicationEvent>(event)) {
    const auto before = application(id, ordinal_);
    TRY(Application after, evolve(before ? *before : Application(), *of_application, meta));
    put(Table::application, id, encode_row(after));
    index(before.get(), after);
    applications_[id].emplace_back(ordinal_, std::make_shared<Application>(std::move(after)));
  } else if (const auto of_api = narrow<ApiEvent>(event)) {
    const auto before = api(id, ordinal_);
    TRY(Api after, evolve(before ? *before : Api(), *of_api, meta));
    put(Table::api, id, encode_row(after));
    index(before.get(), after);
    apis_[id].emplace_back(ordinal_, std::make_shared<Api>(std::move(after)));
  } else if (const auto of_key = narrow<SigningKeyEvent>(event)) {
    SigningKey& key = keys_[id];
    TRY(key, evolve(key, *of_key, meta));
    put(Table::signing_key, id, encode_row(key));
  } else if (const auto of_system = narrow<SystemEvent>(event);
             of_system && partition_ == Partition::control) {
    TRY(system_, evolve(system_, *of_system, meta));
    put(Table::system, "", encode_row(system_));
  }
  return {};  // Revocations are judged by their events alone: their rows may go.
}

void ModelRows::index(const Application* before, const Application& after) {
  const Application nothing;
  const Application& old = before != nullptr ? *before : nothing;
  const auto reindex = [this](Table table, const std::set<std::string>& was,
                              const std::set<std::string>& is) {
    for (const std::string& key : was)
      if (!is.contains(key)) put(table, key, std::nullopt);
    for (const std::string& key : is)
      if (!was.contains(key)) put(table, key, "");
  };
  reindex(Table::due_secret, due_keys(old), due_keys(after));
  reindex(Table::application_by_api, grant_keys(old), grant_keys(after));
}

void ModelRows::index(const Api* before, const Api& after) {
  const bool lived = before != nullptr && before->exists();
  if (!lived && after.exists()) {
    if (!identifiers_.try_emplace(after.identifier, after.id.text()).second)
      taken_twice_ = after.identifier;
    put(Table::api_by_identifier, after.identifier, after.id.text());
  }
  if (lived && !after.exists()) {
    identifiers_.erase(after.identifier);
    put(Table::api_by_identifier, after.identifier, std::nullopt);
  }
}

std::string ModelRows::difference(const Store& store, std::uint64_t ordinal) const {
  for (const auto& [full, history] : rows_) {
    const auto after =
        std::ranges::upper_bound(history, ordinal, {}, [](const auto& row) { return row.first; });
    const std::optional<std::string> expected =
        after == history.begin() ? std::nullopt : std::prev(after)->second;
    const auto table = static_cast<Table>(full.front());
    if (store.get(table, std::string_view(full).substr(1)) != expected)
      return "table " + std::to_string(static_cast<int>(table)) + ", key " + full.substr(1);
  }
  return "a row that should not be there";
}

std::shared_ptr<const Application> ModelRows::application(const std::string& id,
                                                          std::uint64_t ordinal) const {
  return as_of(applications_, id, ordinal);
}

std::shared_ptr<const Api> ModelRows::api(const std::string& id, std::uint64_t ordinal) const {
  return as_of(apis_, id, ordinal);
}

const std::vector<Happened>& ModelRows::happened(const std::string& stream) const {
  static const std::vector<Happened> nothing;
  const auto found = happened_.find(stream);
  return found == happened_.end() ? nothing : found->second;
}

std::size_t ModelRows::administrators(const ApiId& admin_api) const {
  return static_cast<std::size_t>(std::ranges::count_if(applications_, [&](const auto& entry) {
    const Application& application = *entry.second.back().second;
    if (application.standing != Standing::active) return false;
    const ApiGrant* grant = application.grant(admin_api);
    return grant != nullptr && grant->has_scope("write:applications");
  }));
}

}  // namespace optare::simulation
