#include "projections/outcomes.h"

#include <array>

#include "core/log/admission.h"

namespace optare {

std::optional<RowPlace> row_place(std::string_view stream) {
  struct Family {
    std::string_view prefix;
    Table table;
  };
  static constexpr std::array families{
      Family{"application/", Table::application}, Family{"api/", Table::api},
      Family{"key/", Table::signing_key}, Family{"00/revocation/", Table::revocation},
      Family{"system", Table::system}};
  for (const Family& family : families) {
    if (stream.starts_with(family.prefix))
      return RowPlace{family.table, stream.substr(family.prefix.size())};
  }
  return std::nullopt;
}

namespace {

std::string time_key(Timestamp log_time, std::string_view command_id) {
  std::string key;
  append_u64(key, static_cast<std::uint64_t>(milliseconds_of(log_time)));
  key += command_id;
  return key;
}

// A key used again after 24 hours has a younger outcome: only its own age lets a row go.
void clear_forgotten(Rows& rows, Timestamp log_time) {
  for (int i = 0; i < outcomes_cleared_per_commit; ++i) {
    const auto key = rows.first_key(Table::outcome_by_time);
    if (!key ||
        timestamp_of(static_cast<std::int64_t>(read_u64(*key))) + command_stream_life > log_time)
      return;
    const std::string_view command_id = std::string_view(*key).substr(8);
    const auto outcome = rows.row<CommandOutcome>(Table::outcome, command_id);
    if (outcome && *outcome && (*outcome)->log_time + command_stream_life <= log_time) {
      rows.erase(Table::outcome, command_id);
    }
    rows.erase(Table::outcome_by_time, *key);
  }
}

}  // namespace

std::span<const Table> Outcomes::tables() const {
  static constexpr std::array tables{Table::outcome, Table::outcome_by_time};
  return tables;
}

std::expected<void, Unappliable> Outcomes::apply(const Facts& facts, Rows& rows) const {
  const Commit& commit = *facts.commit;
  if (!commit.command_id || !commit.request_digest) return {};
  CommandOutcome outcome;
  outcome.request_digest = text_of(*commit.request_digest);
  outcome.ordinal = facts.ordinal;
  outcome.log_time = facts.log_time;
  outcome.cause = commit.cause;
  for (const StreamWrite& write : commit.writes) {
    const auto place = row_place(write.stream);
    if (!place || write.events.empty()) continue;
    outcome.subject = write.stream;
    outcome.row = rows.get(place->table, place->key).value_or("");
    break;
  }
  const std::string command_id(text_of(*commit.command_id));
  rows.put(Table::outcome, command_id, encode_row(outcome));
  rows.put(Table::outcome_by_time, time_key(facts.log_time, command_id), "");
  clear_forgotten(rows, facts.log_time);
  return {};
}

}  // namespace optare
