#include "projections/signing_keys.h"

#include <array>

#include "projections/aggregate.h"

namespace optare {

std::span<const Table> SigningKeyRows::tables() const {
  static constexpr std::array tables{Table::signing_key};
  return tables;
}

std::expected<void, Unappliable> SigningKeyRows::apply(const Facts& facts, Rows& rows) const {
  return fold_streams<SigningKey, SigningKeyEvent>(facts, rows, Table::signing_key, "key/");
}

}  // namespace optare
