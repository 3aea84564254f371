#include "projections/due_secrets.h"

namespace optare {

std::vector<DueSecret> due_secrets(const Store& store, Timestamp now, std::size_t limit) {
  std::vector<DueSecret> due;
  store.scan(Table::due_secret, "", [&](std::string_view key, std::string_view) {
    if (due.size() == limit) return false;
    DueSecret secret = parse_due_secret_key(key);
    if (secret.due > now) return false;
    due.push_back(std::move(secret));
    return true;
  });
  return due;
}

}  // namespace optare
