// Folds the events of one kind of stream into their row: the row of an aggregate is its folded
// state.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "projections/projection.h"

namespace optare {

// For each stream of `facts` that starts with `prefix`: loads the row, evolves it through all its
// facts, hands before and after to `changed` (which keeps indexes) and puts the row.
template <class State, class EventVariant>
std::expected<void, Unappliable> fold_streams(
    const Facts& facts, Rows& rows, Table table, std::string_view prefix,
    const std::function<void(const std::optional<State>& before, const State& after)>& changed =
        nullptr) {
  for (std::size_t i = 0; i < facts.facts.size();) {
    const std::string_view stream = facts.facts[i].meta.stream;
    std::size_t end = i;
    while (end < facts.facts.size() && facts.facts[end].meta.stream == stream) ++end;
    if (!stream.starts_with(prefix)) {
      i = end;
      continue;
    }
    const std::string_view key = stream.substr(prefix.size());
    // A stream of control that begins has no row yet. One of tokens may: its versions begin anew
    // when its life is over.
    const bool begins = facts.partition == Partition::control && facts.facts[i].meta.version == 1;
    auto before = begins ? Result<std::optional<State>>() : rows.row<State>(table, key);
    if (!before) return std::unexpected(Unappliable{std::string(stream), before.error().detail});
    State after = *before ? **before : State();
    for (; i < end; ++i) {
      const auto event = narrow<EventVariant>(facts.facts[i].event);
      if (!event) {
        return std::unexpected(Unappliable{
            std::string(stream),
            std::string(event_name(facts.facts[i].event)) + " does not belong in this stream"});
      }
      auto evolved = evolve(std::move(after), *event, facts.facts[i].meta);
      if (!evolved)
        return std::unexpected(Unappliable{std::string(stream), evolved.error().detail});
      after = *std::move(evolved);
    }
    if (changed) changed(*before, after);
    rows.put(table, key, encode_row(after));
  }
  return {};
}

}  // namespace optare
