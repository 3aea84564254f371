#include "core/kafka/vault_records.h"

#include <algorithm>

namespace optare {

std::string claim_key(std::string_view name, std::string_view own) {
  return std::string(name) + '\0' + std::string(own);
}

bool VaultRecords::apply(std::string_view key, std::optional<std::string_view> value) {
  const auto zero = key.find('\0');
  const std::string_view name = key.substr(0, zero);
  auto found = names_.find(name);
  buried_.erase(std::string(key));
  if (value) {
    if (value->size() > vault_row_bytes_max || key.size() > vault_row_bytes_max ||
        rows_ >= vault_rows_max) {
      pass_over(key);
      return false;
    }
    if (found == names_.end()) found = names_.emplace(std::string(name), Rows{}).first;
  } else if (found == names_.end()) {
    return true;
  }
  Rows& rows = found->second;
  if (zero == std::string_view::npos) {
    rows_ -= rows.row ? 1 : 0;
    rows.row.reset();
    if (value) rows.row.emplace(*value);
    rows_ += rows.row ? 1 : 0;
  } else {
    if (!value) {
      rows_ -= std::erase_if(rows.claims, [&](const Claim& claim) { return claim.key == key; });
    } else if (std::ranges::find(rows.claims, key, &Claim::key) == rows.claims.end()) {
      rows.claims.push_back({std::string(key), std::string(*value)});
      ++rows_;
    }
  }
  if (rows.claims.empty() && !rows.row) names_.erase(found);
  return true;
}

void VaultRecords::pass_over(std::string_view key) {
  if (row_at(key)) buried_.emplace(key);
}

std::optional<std::string_view> VaultRecords::row(std::string_view name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  const Rows& rows = found->second;
  if (!rows.claims.empty()) return rows.claims.front().row;
  return *rows.row;
}

std::optional<std::string_view> VaultRecords::row_at(std::string_view key) const {
  const auto zero = key.find('\0');
  const auto found = names_.find(key.substr(0, zero));
  if (found == names_.end()) return std::nullopt;
  const Rows& rows = found->second;
  if (zero == std::string_view::npos) return rows.row;
  const auto claim = std::ranges::find(rows.claims, key, &Claim::key);
  if (claim == rows.claims.end()) return std::nullopt;
  return claim->row;
}

std::optional<std::string_view> VaultRecords::claimed_by(std::string_view name) const {
  const auto found = names_.find(name);
  if (found == names_.end() || found->second.claims.empty()) return std::nullopt;
  return found->second.claims.front().key;
}

std::vector<std::string> VaultRecords::names(std::string_view prefix) const {
  std::vector<std::string> names;
  for (auto name = names_.lower_bound(prefix);
       name != names_.end() && name->first.starts_with(prefix); ++name)
    names.push_back(name->first);
  return names;
}

std::vector<std::string> VaultRecords::names_beside(const std::set<std::string>& keys) const {
  std::vector<std::string> names;
  const auto beside = [&](const Claim& claim) { return !keys.contains(claim.key); };
  for (const auto& [name, rows] : names_)
    if (std::ranges::any_of(rows.claims, beside) || (rows.row && !keys.contains(name)))
      names.push_back(name);
  return names;
}

void VaultRecords::keep(std::string_view key, const VaultRecords& other) {
  const auto found = other.names_.find(key.substr(0, key.find('\0')));
  if (found == other.names_.end()) return;
  const auto& [name, its] = *found;
  if (name == key && its.row && apply(key, *its.row)) pass_over(key);
  const auto kept = std::ranges::find(its.claims, key, &Claim::key);
  if (kept == its.claims.end() || !apply(key, kept->row)) return;
  pass_over(key);
  std::vector<Claim>& claims = names_.find(name)->second.claims;
  const auto stands_before = [&](const Claim& claim) {
    return std::ranges::find(its.claims.begin(), kept, claim.key, &Claim::key) != kept;
  };
  const auto mine = std::ranges::find(claims, key, &Claim::key);
  std::rotate(std::find_if_not(claims.begin(), mine, stands_before), mine, mine + 1);
}

std::vector<std::string> VaultRecords::keys(std::string_view name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return {};
  std::vector<std::string> keys;
  for (const Claim& claim : found->second.claims) keys.push_back(claim.key);
  if (found->second.row) keys.emplace_back(name);
  return keys;
}

}  // namespace optare
