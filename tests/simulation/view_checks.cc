#include "tests/simulation/view_checks.h"

#include <fmt/format.h>

namespace optare::simulation {
namespace {

Rule broken_by(LogModel::Says says) {
  switch (says) {
    case LogModel::Says::not_ours:
      return Rule::authentic;
    case LogModel::Says::late:
      return Rule::deadline;
    case LogModel::Says::other_view:
      return Rule::view;
    case LogModel::Says::repeated:
      return Rule::one_effect;
    case LogModel::Says::moved:
      return Rule::dense_versions;
    case LogModel::Says::guard_moved:
      return Rule::guards;
    case LogModel::Says::out_of_turn:
      return Rule::moves;
    case LogModel::Says::admitted:
    case LogModel::Says::tick:
      break;
  }
  return Rule::dense_ordinals;
}

}  // namespace

void ViewChecks::check(Machine& machine) {
  for (const Partition partition : partitions) {
    if (machine.astray(stage_.log, partition)) continue;
    check_admitted(machine, partition);
    if (!stage_.judge.first()) check_rows(machine, partition);
  }
  stage_.judge.require(machine.process->states().quarantined_streams().empty(), Rule::quarantine,
                       [&] {
                         return machine.node_id + " stopped the stream " +
                                *machine.process->states().quarantined_streams().begin();
                       });
}

// Each ordinal that is new here is the one that the log says, of a record that counts.
void ViewChecks::check_admitted(Machine& machine, Partition partition) {
  const auto place = static_cast<std::size_t>(partition);
  const Head& head = machine.process->follower().heads()[place];
  const auto& entries = stage_.model.entries(partition);
  std::uint64_t& checked = checked_[machine.node_id][place];
  if (checked > head.view.ordinal) checked = 0;  // It began again, or is older than it was.
  while (checked < head.view.ordinal) {
    ++checked;
    const auto entry = journal_entry(machine.store, partition, checked);
    const auto describe = [&](const std::string& what) {
      return fmt::format("{}: {} ordinal {}: {}", machine.node_id, partition_name(partition),
                         checked, what);
    };
    if (!entry || entry->offset >= entries.size())
      return stage_.judge.violated(Rule::dense_ordinals, describe("nothing there"));
    const LogModel::Entry& said = entries[entry->offset];
    if (said.says != LogModel::Says::admitted) {
      return stage_.judge.violated(
          broken_by(said.says),
          describe(fmt::format("offset {} is {}", entry->offset, says_name(said.says))));
    }
    if (said.ordinal != checked) {
      return stage_.judge.violated(
          Rule::dense_ordinals,
          describe(fmt::format("offset {} is ordinal {}", entry->offset, said.ordinal)));
    }
  }
  const std::uint64_t expected = head.next_offset == 0 ? 0 : entries[head.next_offset - 1].ordinal;
  stage_.judge.require(head.view.ordinal == expected, Rule::dense_ordinals, [&] {
    return fmt::format("{}: {} up to offset {} holds {} admitted commits, not {}", machine.node_id,
                       partition_name(partition), head.next_offset, expected, head.view.ordinal);
  });
}

void ViewChecks::check_rows(Machine& machine, Partition partition) {
  const auto place = static_cast<std::size_t>(partition);
  const Head& head = machine.process->follower().heads()[place];
  const SimulatedStore::Digests& digests = machine.store.digests();
  const ModelRows& rows = stage_.model.rows(partition);
  stage_.judge.require(digests.folded[place] == rows.digest(head.view.ordinal), Rule::rows, [&] {
    return fmt::format("{} at {} ordinal {}: {}", machine.node_id, partition_name(partition),
                       head.view.ordinal, rows.difference(machine.store, head.view.ordinal));
  });
  const auto [same, first] =
      seen_.try_emplace({partition, head.next_offset}, digests.all[place], machine.node_id);
  stage_.judge.require(same->second.first == digests.all[place], Rule::equal_rows, [&] {
    return fmt::format("{} and {} differ at {} offset {}", same->second.second, machine.node_id,
                       partition_name(partition), head.next_offset);
  });
}

void ViewChecks::forget(Partition partition, std::uint64_t end) {
  std::erase_if(seen_, [&](const auto& entry) {
    return entry.first.first == partition && entry.first.second > end;
  });
}

}  // namespace optare::simulation
