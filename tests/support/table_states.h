// States that a test sets row by row.
#pragma once

#include <map>
#include <set>

#include "core/ports/states.h"

namespace optare {

class TableStates final : public States {
 public:
  std::uint64_t ordinal = 100;
  std::map<ClientId, Application> application_rows;
  std::map<ApiId, Api> api_rows;
  std::vector<SigningKey> key_rows;
  std::optional<System> system_row;
  std::map<TokenId, Revocation> revocation_rows;
  std::set<std::string, std::less<>> quarantined_streams;

  View view(Partition) const override { return {.ordinal = ordinal, .hash = {}}; }
  Timestamp log_time(Partition) const override { return {}; }
  std::uint32_t feature_level(Partition) const override { return 1; }
  Task<bool> reached(std::uint64_t position, Duration) override { co_return position <= ordinal; }
  Task<bool> caught_up(Partition) override { co_return true; }
  bool fresh() const override { return true; }
  Duration age() const override { return Duration(0); }

  std::shared_ptr<const Application> application(const ClientId& id) const override {
    return shared(application_rows, id);
  }
  std::shared_ptr<const Api> api(const ApiId& id) const override { return shared(api_rows, id); }
  std::shared_ptr<const Api> api_by_identifier(std::string_view identifier) const override {
    for (const auto& [id, api] : api_rows)
      if (api.exists() && api.identifier == identifier) return std::make_shared<const Api>(api);
    return nullptr;
  }
  std::shared_ptr<const std::vector<SigningKey>> signing_keys() const override {
    return std::make_shared<const std::vector<SigningKey>>(key_rows);
  }
  std::shared_ptr<const System> system() const override {
    return system_row ? std::make_shared<const System>(*system_row) : nullptr;
  }
  std::optional<Revocation> revocation(const TokenId& jti) const override {
    const auto found = revocation_rows.find(jti);
    return found == revocation_rows.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<CommandOutcome> outcome(const CommitId&) const override { return std::nullopt; }
  bool quarantined(std::string_view stream) const override {
    return quarantined_streams.contains(stream);
  }
  std::uint64_t stream_version(Partition, std::string_view) const override { return 0; }

  Page<std::shared_ptr<const Application>> applications(std::string_view,
                                                        std::size_t) const override {
    return {};
  }
  Page<std::shared_ptr<const Api>> apis(std::string_view, std::size_t) const override { return {}; }
  Page<std::shared_ptr<const Application>> applications_of_api(const ApiId&, std::string_view,
                                                               std::size_t) const override {
    return {};
  }

 private:
  template <class Key, class Row>
  static std::shared_ptr<const Row> shared(const std::map<Key, Row>& rows, const Key& key) {
    const auto found = rows.find(key);
    return found == rows.end() ? nullptr : std::make_shared<const Row>(found->second);
  }
};

}  // namespace optare
