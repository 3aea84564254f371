#include "tests/support/memory_states.h"

#include <algorithm>

namespace optare {
namespace {

std::string id_of(std::string_view stream) {
  return std::string(stream.substr(stream.rfind('/') + 1));
}

template <class T, class E>
Result<void> fold_into(std::map<std::string, std::shared_ptr<const T>, std::less<>>& rows,
                       const E& event, const EventMeta& meta) {
  auto& row = rows[id_of(meta.stream)];
  TRY(T next, evolve(row ? *row : T(), event, meta));
  row = std::make_shared<const T>(std::move(next));
  return {};
}

// Those with a key after `from` that `wanted` takes, `limit` at most.
template <class T, class Wanted>
Page<std::shared_ptr<const T>> page_of(
    const std::map<std::string, std::shared_ptr<const T>, std::less<>>& rows, std::string_view from,
    std::size_t limit, const Wanted& wanted) {
  Page<std::shared_ptr<const T>> page;
  for (auto row = rows.upper_bound(from); row != rows.end(); ++row) {
    if (!row->second->exists() || !wanted(*row->second)) continue;
    if (page.items.size() == limit) {
      page.next = page.items.back()->id.text();
      break;
    }
    page.items.push_back(row->second);
  }
  return page;
}

}  // namespace

Result<View> MemoryStates::apply(const Decision& decision, Timestamp log_time) {
  const auto moved = [&](const std::string& stream, std::uint64_t version) {
    return stream_version(decision.partition, stream) != version;
  };
  for (const Change& change : decision.changes) {
    if (moved(change.stream, change.expected_version))
      return reject(Code::conflict, change.stream + " moved");
  }
  for (const Guard& guard : decision.guards) {
    if (moved(guard.stream, guard.version)) return reject(Code::conflict, guard.stream + " moved");
  }
  Position& position = positions_[decision.partition];
  ++position.ordinal;
  position.log_time = std::max(position.log_time, log_time);
  for (const Change& change : decision.changes) {
    std::uint64_t& version = versions_[{decision.partition, change.stream}];
    if (change.events.empty()) ++version;
    for (const Event& event : change.events) {
      TRY_VOID(fold(event, {change.stream, position.ordinal, ++version, position.log_time}));
    }
  }
  return view(decision.partition);
}

Result<View> MemoryStates::apply(const std::string& stream, const Event& event,
                                 Timestamp log_time) {
  const Partition partition = stream.starts_with("00/") ? Partition::tokens_00 : Partition::control;
  Decision decision = write(stream, stream_version(partition, stream), {event});
  decision.partition = partition;
  return apply(decision, log_time);
}

Result<void> MemoryStates::fold(const Event& event, const EventMeta& meta) {
  if (const auto application = narrow<ApplicationEvent>(event))
    return fold_into(applications_, *application, meta);
  if (const auto api = narrow<ApiEvent>(event)) return fold_into(apis_, *api, meta);
  if (const auto key = narrow<SigningKeyEvent>(event)) {
    std::vector<SigningKey> keys = *keys_;
    auto row = std::ranges::find(keys, KeyId(id_of(meta.stream)), &SigningKey::id);
    if (row == keys.end()) row = keys.insert(row, SigningKey());
    TRY(*row, evolve(*row, *key, meta));
    keys_ = std::make_shared<const std::vector<SigningKey>>(std::move(keys));
  }
  if (const auto system = narrow<SystemEvent>(event)) {
    TRY(System next, evolve(system_ ? *system_ : System(), *system, meta));
    system_ = std::make_shared<const System>(std::move(next));
  }
  if (const auto revoked = narrow<RevocationEvent>(event)) {
    Revocation& row = revocations_[id_of(meta.stream)];
    TRY(row, evolve(row, *revoked, meta));
  }
  return {};
}

View MemoryStates::view(Partition partition) const {
  const auto position = positions_.find(partition);
  return {position == positions_.end() ? 0 : position->second.ordinal, {}};
}

Timestamp MemoryStates::log_time(Partition partition) const {
  const auto position = positions_.find(partition);
  return position == positions_.end() ? Timestamp() : position->second.log_time;
}

Task<bool> MemoryStates::reached(std::uint64_t position, Duration) {
  co_return States::position() >= position;
}
Task<bool> MemoryStates::caught_up(Partition) {
  const auto now = catching_up;  // A copy: it may end itself.
  co_return !now || now();
}

std::shared_ptr<const Application> MemoryStates::application(const ClientId& id) const {
  const auto row = applications_.find(id.text());
  return row == applications_.end() ? nullptr : row->second;
}

std::shared_ptr<const Api> MemoryStates::api(const ApiId& id) const {
  const auto row = apis_.find(id.text());
  return row == apis_.end() ? nullptr : row->second;
}

std::shared_ptr<const Api> MemoryStates::api_by_identifier(std::string_view identifier) const {
  for (const auto& [id, api] : apis_) {
    if (api->exists() && api->identifier == identifier) return api;
  }
  return nullptr;
}

std::optional<Revocation> MemoryStates::revocation(const TokenId& jti) const {
  const auto row = revocations_.find(jti.text());
  return row == revocations_.end() ? std::nullopt : std::optional(row->second);
}

std::uint64_t MemoryStates::stream_version(Partition partition, std::string_view stream) const {
  const auto version = versions_.find({partition, std::string(stream)});
  return version == versions_.end() ? 0 : version->second;
}

Page<std::shared_ptr<const Application>> MemoryStates::applications(std::string_view from,
                                                                    std::size_t limit) const {
  return page_of(applications_, from, limit, [](const Application&) { return true; });
}

Page<std::shared_ptr<const Api>> MemoryStates::apis(std::string_view from,
                                                    std::size_t limit) const {
  return page_of(apis_, from, limit, [](const Api&) { return true; });
}

Page<std::shared_ptr<const Application>> MemoryStates::applications_of_api(
    const ApiId& api, std::string_view from, std::size_t limit) const {
  return page_of(applications_, from, limit,
                 [&](const Application& row) { return row.grant(api) != nullptr; });
}

}  // namespace optare
