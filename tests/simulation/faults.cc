#include "tests/simulation/faults.h"

#include <fmt/format.h>

#include "tests/support/log_samples.h"

namespace optare::simulation {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

void Faults::start() {
  const Scenario& scenario = stage_.scenario;
  again_and_again("crash", scenario.crash_every, &Faults::crash);
  again_and_again("pause", scenario.pause_every, &Faults::pause);
  again_and_again("leap", scenario.leap_every, &Faults::leap);
  again_and_again("outage", scenario.outage_every, &Faults::outage);
  again_and_again("garbage", scenario.garbage_every, &Faults::garbage);
  again_and_again("cut", scenario.cut_every, &Faults::cut);
  again_and_again("deaf", scenario.deaf_every, &Faults::deafen);
  again_and_again("sleep", scenario.sleep_every, &Faults::sleep);
  again_and_again("zombie", scenario.zombie_every, &Faults::depose);
  for (const auto& machine : stage_.machines)
    machine->store.fail_writes(scenario.store_fails_once_in);
}

void Faults::end() {
  ended_ = true;
  stage_.log.calm_down();
  stage_.log.leap(Duration::zero());
  for (const Partition partition : partitions) stage_.log.unite(partition);
  for (const auto& machine : stage_.machines) {
    machine->store.fail_writes(0);
    machine->clock.correct();
    machine->hears_at = {};
    stage_.resume(*machine);
    stage_.start(*machine);
  }
}

void Faults::again_and_again(const char* name, Duration every, void (Faults::*fault)()) {
  if (every == Duration::zero()) return;
  stage_.timeline.after(chance_.between(every / 4, every * 7 / 4), [this, name, every, fault] {
    if (ended_) return;
    ++counts_[name];
    (this->*fault)();
    again_and_again(name, every, fault);
  });
}

void Faults::crash() {
  Machine& machine = *chance_.pick(stage_.machines);
  if (!machine.process) return;
  stage_.end(machine);
  if (chance_.once_in(2)) {
    stage_.judge.note(fmt::format("and loses {} batches", machine.store.lose_batches()));
  }
  if (chance_.once_in(10)) machine.store.wipe();
  if (chance_.once_in(6)) {  // The next start makes its rows again.
    StoreBatch batch;
    batch.erase(Table::meta, "projection/applications");
    machine.store.fail_writes(0);
    machine.store.write(batch);
    machine.store.fail_writes(stage_.scenario.store_fails_once_in);
  }
  stage_.timeline.after(chance_.between(milliseconds(100), seconds(8)),
                        [this, &machine] { stage_.start(machine); });
}

void Faults::pause() {
  stage_.pause(*chance_.pick(stage_.machines), chance_.between(milliseconds(50), seconds(25)));
}

// A wall clock, by so much that nobody believes it; or the brokers', by a little: by less where
// they have to show that a topic was silent (silence_asked_about).
void Faults::leap() {
  if (!stage_.log.embedded() && chance_.once_in(3)) {
    const milliseconds most(stage_.scenario.cut_every > Duration::zero() ? 500 : 1500);
    return stage_.log.leap(chance_.between(-most, most));
  }
  Machine& machine = *chance_.pick(stage_.machines);
  if (chance_.once_in(2)) return machine.clock.correct();
  const Duration far = chance_.between(seconds(6), hours(48));
  machine.clock.leap(chance_.once_in(2) ? far : -far);
}

void Faults::outage() {
  stage_.judge.note("the log is down");
  stage_.log.be_down(chance_.between(milliseconds(100), seconds(14)));
}

// Its connection to the brokers stands still, or theirs to each other.
void Faults::deafen() {
  Machine& machine = *chance_.pick(stage_.machines);
  stage_.judge.note(machine.node_id + " is deaf");
  machine.hears_at = stage_.timeline.now() + chance_.between(milliseconds(100), seconds(25));
}

// A leader is cut off from the other brokers, but not from all nodes; each of their connections
// finds the new leader at once, or goes on with the old one until that is a broker among others
// again. An election takes longer than a leader is trusted for without proof.
void Faults::depose() {
  const Partition partition = chance_.pick(partitions);
  if (stage_.log.divided(partition)) return;
  std::map<std::string, Misled> nodes;
  for (const auto& machine : stage_.machines)
    nodes[machine->node_id] = {chance_.once_in(2), chance_.once_in(2), chance_.once_in(2)};
  const Duration election = chance_.between(seconds(3), seconds(6));
  const Duration goes_on = election + chance_.between(seconds(1), seconds(20));
  stage_.judge.note(fmt::format("the leader of {} is deposed", partition_name(partition)));
  stage_.log.depose_leader(partition, election, std::move(nodes));
  stage_.timeline.after(goes_on, [this, partition] { stage_.log.unite(partition); });
}

void Faults::ask_whom_it_misled(Machine& machine) {
  for (const Partition partition : partitions) {
    if (stage_.log.divided(partition) && chance_.once_in(3))
      machine.process->log().ask_end(partition, [](std::optional<std::uint64_t>) {});
  }
}

void Faults::sleep() {
  const Duration duration = chance_.between(seconds(30), hours(30));
  stage_.judge.note(fmt::format("the world sleeps for {} s", duration.count() / 1000));
  stage_.sleep(duration);
}

void Faults::garbage() {
  const Partition partition = chance_.pick(partitions);
  const auto& records = stage_.log.records(partition);
  std::string bytes;
  if (!records.empty()) bytes = chance_.pick(records).bytes;
  Partition into = partition;
  const bool moved = stage_.scenario.moved;
  if (moved && chance_.once_in(4)) return late_import();
  switch (chance_.below(5)) {
    case 0:
      bytes = forged_deletion();
      into = Partition::control;
      break;
    case 1:
      into = partition == Partition::control ? Partition::tokens_00 : Partition::control;
      break;
    case 2:
      if (!bytes.empty()) bytes[chance_.below(bytes.size())] ^= static_cast<char>(1);
      break;
    case 3:
      bytes.resize(chance_.below(bytes.size() + 1));
      break;
    default:
      bytes.assign(chance_.below(200), static_cast<char>(chance_.below(256)));
      break;
  }
  stage_.log.write(into, std::move(bytes), false);
}

// Of an importer that was asleep: right in everything but that the log was sealed since.
void Faults::late_import() {
  const std::uint64_t next = stage_.model.view(Partition::control).ordinal + 1;
  const Timestamp log_time = stage_.log.log_time(Partition::control);
  stage_.log.write(Partition::control, imported_frame(next, log_time, deletion()), true);
}

// Right in everything but the key that made its MAC.
std::string Faults::forged_deletion() {
  return samples::frame_of(deletion(), samples::fleet_mac(samples::fleet_key_id, 'x'));
}

Commit Faults::deletion() {
  const std::string stream = application_stream(administrator);
  Commit commit;
  commit.id[0] = static_cast<std::uint8_t>(chance_.below(256));
  commit.deadline = stage_.log.log_time(Partition::control) + commit_deadline;
  commit.view = stage_.model.view(Partition::control);
  commit.writes = {{stream,
                    stage_.model.version(Partition::control, stream),
                    {encode_event(ApplicationDeleted{.reason = "forged"})}}};
  commit.cause = "DeleteApplication";
  commit.request_id = "forged";
  return commit;
}

// A leader is elected that was not in sync, and has less; or somebody makes the topic anew.
void Faults::cut() {
  const Partition partition = chance_.pick(partitions);
  if (chance_.once_in(2)) return make_anew(partition);
  const std::uint64_t end = stage_.log.records(partition).size();
  const std::uint64_t kept =
      std::max<std::uint64_t>(2, stage_.begun[static_cast<std::size_t>(partition)]);
  if (end <= kept) return;
  const std::uint64_t lost = 1 + chance_.below(std::min<std::uint64_t>(end - kept, 6));
  stage_.log.cut(partition, end - lost, chance_.between(seconds(2), seconds(4)));
  on_cut(partition, end - lost);
}

void Faults::make_anew(Partition partition) {
  if (stage_.log.down(partition)) return;
  ++counts_["anew"];
  stage_.log.cut(partition, 0, {});
  on_cut(partition, 0);
  stage_.begin(partition);
  stage_.log.be_gone(partition, chance_.between(seconds(1), seconds(4)));
}

}  // namespace optare::simulation
