#include "core/kafka/vault_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <utility>

namespace optare {
namespace {

constexpr std::size_t names_told_max = 3;

}  // namespace

void VaultCheck::begin(const VaultRecords& held) {
  held_ = held;
  found_ = {};
  there_.clear();
  foreign_records_ = 0;
  mark_found_ = false;
  if (mark_ && std::exchange(mark_->looked_for, true)) mark_.reset();
}

void VaultCheck::record(std::uint64_t offset, std::string_view key, std::string_view bytes,
                        bool erases) {
  mark_found_ |= mark_ && offset == mark_->offset && bytes == mark_->bytes;
  if (erases || held_.row_at(key) == bytes) there_.emplace(key);
  if (!found_.apply(key, erases ? std::nullopt : std::optional(bytes))) ++foreign_records_;
}

void VaultCheck::pass_over(std::string_view key) {
  ++foreign_records_;
  found_.pass_over(key);
}

VaultCheck::Says VaultCheck::end() {
  std::set<std::string> accounted = held_.buried();
  accounted.insert(there_.begin(), there_.end());
  missing_ = held_.names_beside(accounted);
  mark_.reset();
  if (!missing_.empty()) return mark_found_ ? Says::lost : Says::doubtful;
  for (const std::string& key : held_.buried())
    if (!there_.contains(key)) found_.keep(key, held_);
  return Says::whole;
}

std::string vault_lost_rows(std::string_view topic, const std::vector<std::string>& missing) {
  const std::span told(missing.data(), std::min(missing.size(), names_told_max));
  return fmt::format(
      "{}: rows that this node holds are gone from it ({}{}): the topic was made anew, or put back "
      "from an older copy. Restore it from a copy that has them, then start the nodes again",
      topic, fmt::join(told, ", "),
      missing.size() > told.size() ? fmt::format(", {} more", missing.size() - told.size()) : "");
}

}  // namespace optare
