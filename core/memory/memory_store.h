// The view in memory. For tests and the simulation.
#pragma once

#include <map>
#include <shared_mutex>

#include "core/ports/store.h"

namespace optare {

class MemoryStore final : public Store {
 public:
  std::optional<std::string> get(Table table, std::string_view key) const override;
  void scan(Table table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit)
      const override;
  void write(const StoreBatch& batch) override;
  void clear(Table table) override;
  void sync() override {}

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, std::string, std::less<>> rows_;  // table byte + key
};

}  // namespace optare
