// The vault in memory. For tests and the simulation.
#pragma once

#include <map>
#include <mutex>

#include "core/ports/vault.h"

namespace optare {

class MemoryVault final : public Vault {
 public:
  std::optional<Secret> get(std::string_view name) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = secrets_.find(name);
    if (found == secrets_.end()) return std::nullopt;
    return Secret(std::string(found->second.reveal()));
  }
  std::vector<std::string> names(std::string_view prefix) const override {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> names;
    for (auto secret = secrets_.lower_bound(prefix); secret != secrets_.end(); ++secret) {
      if (!secret->first.starts_with(prefix)) break;
      names.push_back(secret->first);
    }
    return names;
  }
  void put(std::string_view name, const Secret& value) override {
    const std::scoped_lock lock(mutex_);
    secrets_.insert_or_assign(std::string(name), Secret(std::string(value.reveal())));
  }
  void erase(std::string_view name) override {
    const std::scoped_lock lock(mutex_);
    if (const auto found = secrets_.find(name); found != secrets_.end()) secrets_.erase(found);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Secret, std::less<>> secrets_;
};

}  // namespace optare
