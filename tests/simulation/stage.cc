#include "tests/simulation/stage.h"

#include <algorithm>

#include "commands/system/genesis.h"
#include "commands/system/seal_log.h"
#include "core/log/imported.h"
#include "core/oauth/client_secret.h"
#include "tests/simulation/keys.h"
#include "tests/support/log_samples.h"

namespace optare::simulation {

using std::chrono::milliseconds;

const ClientId administrator("srv_administrator");
const ApiId admin_api("api_administration");
const std::string issuer = "https://issuer.example";

namespace {

constexpr Duration pulse_every = milliseconds(200);
// How long a running node may take to see that the log lost its end, while records are written:
// some of its own are, and one after the other may get lost; and so may answers of brokers.
constexpr Duration notices_within = std::chrono::seconds(25);
// How much a clock gains or loses, in a million. Even in the longest sleep of the world that is
// less than what secrets are judged within.
constexpr std::uint64_t drift_max = 20;

}  // namespace

bool Machine::astray(const SimulatedLog& log, Partition partition) const {
  const SimulatedStore::Position& position = store.position(partition);
  return log.lost(partition, position.history, position.next_offset);
}

bool Machine::astray(const SimulatedLog& log) const {
  return std::ranges::any_of(partitions,
                             [&](Partition partition) { return astray(log, partition); });
}

Stage::Stage(const Scenario& of)
    : scenario(of),
      timeline(samples::noon),
      chance(of.seed),
      judge(timeline),
      model(judge),
      log(timeline, chance.fork(), of.weather, of.embedded) {
  log.on_cut = [this](Partition partition, std::uint64_t end) { model.cut(partition, end); };
  log.on_written = [this](Partition partition, const LogRecord& record, bool genuine) {
    model.append(partition, record, genuine, timeline.now());
    for (const auto& machine : machines) look(*machine);
  };
  log.on_end_told = [this](Partition partition, const std::string& node, std::uint64_t end,
                           std::uint64_t was) {
    judge.require(end >= was, Rule::ends, [&] {
      return fmt::format("{} asked where {} ends when it had {} records, and is told: at {}", node,
                         partition_name(partition), was, end);
    });
  };
  for (std::size_t i = 0; i < scenario.nodes; ++i) {
    const auto drifts = static_cast<std::int64_t>(chance.below(2 * drift_max + 1)) -
                        static_cast<std::int64_t>(drift_max);
    const std::int64_t drift = scenario.embedded ? 0 : drifts;  // Its time is the log's time.
    machines.push_back(
        std::make_unique<Machine>(timeline, i, drift, chance.fork(), scenario.broken));
    machines.back()->store.on_position = [this, i](Partition partition, std::uint64_t next) {
      return position_moves(*machines[i], partition, next);
    };
  }
}

void Stage::begin() {
  for (const Partition partition : partitions) begin(partition);
}

// What is moved is so by importers that get in each other's way.
void Stage::begin(Partition partition) {
  if (scenario.moved) {
    if (partition == Partition::control) {
      const auto imported = [&](std::uint64_t ordinal) {
        log.write(partition, imported_frame(ordinal, timeline.now(), genesis()), true);
      };
      imported(2);
      imported(1);
      imported(1);
      seal(partition);
    }
    seal(partition);
  } else if (partition == Partition::control) {
    log.write(partition, samples::frame_of(genesis(), fleet_mac()), true);
  }
  begun[static_cast<std::size_t>(partition)] = log.records(partition).size();
}

Commit Stage::genesis() const {
  Genesis genesis;
  genesis.log_id = log_id;
  genesis.issuer = issuer;
  genesis.fleet_key_id = samples::fleet_key_id;
  genesis.key = {KeyId("key_first"), SigningAlgorithm::ES256, signing_key().public_key};
  genesis.admin_api = admin_api;
  genesis.administrator = administrator;
  genesis.secret = {SecretId("sec_administrator"), client_secret_digest("of no interest")};
  Commit commit;
  commit.id = samples::filled<16>(1);
  commit.deadline = timeline.now() + commit_deadline;
  for (const Change& change : decide_genesis(genesis).changes) {
    StreamWrite write{change.stream, change.expected_version, {}};
    for (const Event& event : change.events) write.events.push_back(encode_event(event));
    commit.writes.push_back(std::move(write));
  }
  commit.cause = Genesis::name;
  commit.request_id = "genesis";
  return commit;
}

void Stage::seal(Partition partition) {
  Commit commit;
  commit.id = samples::filled<16>(static_cast<std::uint8_t>(2 + static_cast<int>(partition)));
  commit.deadline = timeline.now() + commit_deadline;
  commit.view = model.view(partition);
  const std::string stream = seal_stream(partition);
  LogSealed sealed;
  sealed.log_id.assign(log_id.begin(), log_id.end());
  commit.writes = {{stream, model.version(partition, stream), {encode_event(sealed)}}};
  commit.cause = SealLog::name;
  commit.request_id = "seal";
  log.write(partition, samples::frame_of(commit, fleet_mac(), partition), true);
}

std::string imported_frame(std::uint64_t ordinal, Timestamp log_time, const Commit& commit) {
  static constexpr LogId home = samples::filled<16>(0x40);
  const FleetMac mac = fleet_mac();
  const std::string original =
      make_frame(mac, home, Partition::control, FrameKind::commit, encode_commit(commit).value());
  return make_frame(mac, log_id, Partition::control, FrameKind::imported,
                    encode_imported({home, ordinal, log_time, original}));
}

void Stage::run_until(Timestamp end) {
  while (!judge.first()) {
    if (run_processes()) continue;
    const auto next = timeline.next();
    if (!next || *next > end) return;
    timeline.step();
  }
}

bool Stage::run_processes() {
  bool ran = false;
  for (const auto& machine : machines) {
    if (machine->process && !machine->paused) ran |= machine->process->run();
  }
  return ran;
}

void Stage::start(Machine& machine) {
  if (machine.process) return;
  machine.clock.correct();  // Whoever starts it has looked at the clock.
  machine.hears_at = {};
  machine.astray_since = timeline.now();
  ++machine.incarnation;
  machine.process = std::make_unique<Process>(
      Process::Surroundings{log, machine.copies, machine.store, machine.clock, chance.fork(),
                            machine.node_id, scenario.broken},
      [this, &machine](Duration delay, std::function<void()> event) {
        after(machine, delay, std::move(event));
      });
  judge.note(machine.node_id + " starts");
  machine.process->fetch();
  try {
    machine.process->open();
  } catch (const std::runtime_error& fault) {
    judge.note(machine.node_id + " cannot start: " + fault.what());
    end(machine);
    timeline.after(milliseconds(500), [this, &machine] { start(machine); });
    return;
  }
  if (!machine.process->stopped()) on_step(machine);
  pulse(machine);
}

void Stage::end(Machine& machine) {
  judge.note(machine.node_id + " ends");
  machine.dying = true;
  machine.paused = false;
  machine.woken = false;
  judge.require(machine.process->die(), Rule::recovers,
                [&] { return machine.node_id + ": a request waits for ever"; });
  machine.process.reset();
  machine.dying = false;
  machine.deferred.clear();
  ++machine.incarnation;
}

void Stage::pause(Machine& machine, Duration duration) {
  if (!machine.process || machine.paused) return;
  judge.note(machine.node_id + " pauses");
  machine.paused = true;
  timeline.after(duration, [this, &machine, incarnation = machine.incarnation] {
    if (machine.incarnation == incarnation) resume(machine);
  });
}

void Stage::resume(Machine& machine) {
  if (!machine.paused) return;
  judge.note(machine.node_id + " goes on");
  machine.paused = false;
  machine.astray_since = timeline.now();  // It cannot have noticed anything meanwhile.
  const std::uint64_t incarnation = machine.incarnation;
  for (auto& event : std::exchange(machine.deferred, {})) {
    if (machine.incarnation == incarnation) event();
  }
}

void Stage::sleep(Duration duration) {
  timeline.sleep(duration);
  for (const auto& machine : machines) machine->astray_since = timeline.now();
}

void Stage::after(Machine& machine, Duration delay, std::function<void()> event) {
  timeline.after(delay, [&machine, incarnation = machine.incarnation, event = std::move(event)] {
    if (machine.incarnation != incarnation || !machine.process) return;
    if (machine.paused)
      machine.deferred.push_back(event);
    else
      event();
  });
}

// A record was written: the node hears of it soon.
void Stage::look(Machine& machine) {
  if (!machine.process || machine.woken) return;
  machine.woken = true;
  after(machine, chance.between(milliseconds(0), milliseconds(15)),
        [this, &machine] { hear(machine); });
}

// At times what it hears waits to be applied until the next pulse.
void Stage::hear(Machine& machine) {
  if (timeline.now() < machine.hears_at)
    return after(machine, milliseconds(100), [this, &machine] { hear(machine); });
  machine.woken = false;
  machine.process->fetch();
  if (!chance.once_in(10)) work(machine);
}

void Stage::pulse(Machine& machine) {
  after(machine, pulse_every, [this, &machine] {
    const std::uint64_t incarnation = machine.incarnation;
    if (machine.process->states().fresh()) require_fresh(machine);
    if (timeline.now() >= machine.hears_at) machine.process->fetch();
    work(machine);
    if (machine.incarnation != incarnation) return;
    machine.process->break_silence();
    require_follows(machine);
    on_pulse(machine);
    pulse(machine);
  });
}

// Tokens and introspection are answered on its word (design D11).
void Stage::require_fresh(const Machine& machine) {
  constexpr Duration staleness_max = std::chrono::seconds(15);
  for (const Partition partition : partitions) {
    const auto& entries = model.entries(partition);
    const std::uint64_t next = machine.store.position(partition).next_offset;
    if (next >= entries.size() || machine.astray(log, partition)) continue;
    judge.require(timeline.now() - entries[next].written_at <= staleness_max, Rule::fresh, [&] {
      return fmt::format("{} calls itself fresh, but has not seen {} offset {} for {} ms",
                         machine.node_id, partition_name(partition), next,
                         (timeline.now() - entries[next].written_at).count());
    });
  }
}

// Its records are acknowledged: then it hears them, whoever else says that he leads. Who was deaf
// for a while may have become patient meanwhile.
void Stage::require_follows(const Machine& machine) {
  constexpr Duration follows_within = std::chrono::seconds(5);
  if (timeline.now() < machine.hears_at + unread_max_most + follows_within) return;
  for (const Partition partition : partitions) {
    judge.require(machine.process->unheard(partition) * pulse_every <= follows_within,
                  Rule::follows, [&] {
                    return fmt::format("{} does not hear what {} acknowledges", machine.node_id,
                                       partition_name(partition));
                  });
  }
}

// Who has measured the brokers' time knows that his own is wrong (design D1).
void Stage::require_right_clock(const Machine& machine) {
  constexpr Duration far = std::chrono::minutes(2);  // by more than anything measures wrong
  const auto measured_at = machine.process->measured_at();
  const bool knows = measured_at && *measured_at > log.leapt_at() + milliseconds(100) &&
                     timeline.now() - *measured_at < observation_life;
  const Duration off = machine.clock.wall() - timeline.now();
  judge.require(!knows || std::chrono::abs(off) <= far, Rule::clock, [&] {
    return fmt::format("{} writes with a clock that is wrong by {} ms", machine.node_id,
                       off.count());
  });
}

void Stage::work(Machine& machine) {
  const std::uint64_t moves = machine.store.moves();
  machine.process->work();
  if (machine.store.moves() != moves && !machine.process->stopped()) on_step(machine);
  require_right_history(machine);
}

// A view moves on, in one history: who read what the log lost since may apply it, but nothing else,
// unless the log grew past it before he looked.
std::uint64_t Stage::position_moves(const Machine& machine, Partition partition,
                                    std::uint64_t next_offset) {
  const LogCopy& copy = machine.copies[static_cast<std::size_t>(partition)];
  judge.require(!copy.sound || copy.outgrown || next_offset <= *copy.sound, Rule::other_history,
                [&] {
                  return fmt::format("{} goes on with {}, whose end that it had read is lost",
                                     machine.node_id, partition_name(partition));
                });
  return copy.history;
}

// Who has read what the log lost stops; its operator does what it says. Nobody else stops.
void Stage::require_right_history(Machine& machine) {
  const bool astray = machine.process->heard_what_is_lost();
  if (!machine.process->stopped()) {
    const bool can_know = std::ranges::none_of(
        partitions, [this](Partition partition) { return log.down(partition); });
    if (!astray || !can_know) machine.astray_since = timeline.now();
    judge.require(timeline.now() - machine.astray_since <= notices_within, Rule::other_history,
                  [&] { return machine.node_id + " does not notice that the log lost its end"; });
    return;
  }
  const std::string reason = machine.process->states().stop_reason();
  judge.note(machine.node_id + " stops: " + reason);
  judge.require(astray, Rule::other_history,
                [&] { return machine.node_id + " stops without need: " + reason; });
  end(machine);
  machine.store.wipe();
  machine.copies = {};
  timeline.after(milliseconds(1000), [this, &machine] { start(machine); });
}

Machine* Stage::any_ready() {
  std::vector<Machine*> ready;
  for (const auto& machine : machines) {
    if (machine->process && !machine->process->stopped() && machine->process->ready())
      ready.push_back(machine.get());
  }
  return ready.empty() ? nullptr : chance.pick(ready);
}

}  // namespace optare::simulation
