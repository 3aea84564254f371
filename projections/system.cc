#include "projections/system.h"

#include <array>

#include "projections/aggregate.h"

namespace optare {

std::span<const Table> SystemRow::tables() const {
  static constexpr std::array tables{Table::system};
  return tables;
}

std::expected<void, Unappliable> SystemRow::apply(const Facts& facts, Rows& rows) const {
  return fold_streams<System, SystemEvent>(facts, rows, Table::system, system_stream);
}

}  // namespace optare
