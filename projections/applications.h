// Who are the applications? The folded state of each, and two indexes of the same rows: which
// applications may use an API, and which secrets end when.
#pragma once

#include "core/application/application.h"
#include "core/base/id.h"
#include "projections/projection.h"

namespace optare {

class Applications final : public Projection {
 public:
  std::string_view name() const override { return "applications"; }
  int version() const override { return 1; }
  std::span<const Table> tables() const override;
  std::expected<void, Unappliable> apply(const Facts& facts, Rows& rows) const override;
};

// Keys of the indexes.
std::string application_by_api_key(const ApiId& api, std::string_view client);
std::string due_secret_key(Timestamp due, std::string_view client, std::string_view secret);
struct DueSecret {
  Timestamp due;
  ClientId client;
  SecretId secret;
};
DueSecret parse_due_secret_key(std::string_view key);

}  // namespace optare
