#include "projections/revocations.h"

#include <array>

#include "projections/aggregate.h"

namespace optare {
namespace {

std::string expiry_key(const Revocation& revocation) {
  std::string key;
  append_u64(key, static_cast<std::uint64_t>(milliseconds_of(revocation.expires_at)));
  key += revocation.jti.text();
  return key;
}

// Judged by log time, so that every replay clears the same rows.
void clear_ended(Rows& rows, Timestamp log_time) {
  for (int i = 0; i < revocations_cleared_per_commit; ++i) {
    const auto key = rows.first_key(Table::revocation_by_expiry);
    if (!key || timestamp_of(static_cast<std::int64_t>(read_u64(*key))) >= log_time) return;
    rows.erase(Table::revocation_by_expiry, *key);
    rows.erase(Table::revocation, std::string_view(*key).substr(8));
  }
}

}  // namespace

std::span<const Table> Revocations::tables() const {
  static constexpr std::array tables{Table::revocation, Table::revocation_by_expiry};
  return tables;
}

std::expected<void, Unappliable> Revocations::apply(const Facts& facts, Rows& rows) const {
  if (facts.partition != Partition::tokens_00) return {};
  auto folded = fold_streams<Revocation, RevocationEvent>(
      facts, rows, Table::revocation, "00/revocation/",
      [&rows](const std::optional<Revocation>&, const Revocation& after) {
        rows.put(Table::revocation_by_expiry, expiry_key(after), "");
      });
  if (folded) clear_ended(rows, facts.log_time);
  return folded;
}

}  // namespace optare
