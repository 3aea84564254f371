#include "projections/apis.h"

#include <array>

#include "projections/aggregate.h"

namespace optare {

std::span<const Table> Apis::tables() const {
  static constexpr std::array tables{Table::api, Table::api_by_identifier};
  return tables;
}

std::expected<void, Unappliable> Apis::apply(const Facts& facts, Rows& rows) const {
  return fold_streams<Api, ApiEvent>(
      facts, rows, Table::api, "api/", [&rows](const std::optional<Api>& before, const Api& after) {
        const bool was = before && before->exists();
        if (was && !after.exists()) rows.erase(Table::api_by_identifier, before->identifier);
        if (!was && after.exists())
          rows.put(Table::api_by_identifier, after.identifier, after.id.text());
      });
}

}  // namespace optare
