#include "tests/simulation/process.h"

#include "core/log/end_questions.h"
#include "tests/support/log_samples.h"

namespace optare::simulation {
namespace {

LiveStatesOptions options_of(Break broken) {
  LiveStatesOptions options;
  options.absence_patience = absence_patience_of_brokers;
  if (broken == Break::always_fresh) options.staleness_max = std::chrono::hours(1000);
  return options;
}

}  // namespace

const LogId log_id = samples::log_id;
FleetMac fleet_mac() { return samples::fleet_mac(); }

Process::Process(Surroundings around, LogHandle::Deliver deliver)
    : around_(std::move(around)),
      random_(around_.chance),
      mac_(fleet_mac()),
      log_(around_.log, around_.copies, around_.node_id, around_.clock, around_.chance.fork(),
           std::move(deliver)),
      seen_log_(log_, mac_, around_.clock, around_.broken),
      states_(around_.store, seen_log_, around_.clock, options_of(around_.broken)),
      settler_(around_.clock),
      journal_(around_.store, seen_log_),
      runner_(runner_parts()),
      follower_({.log = seen_log_,
                 .store = around_.store,
                 .mac = mac_,
                 .log_id = log_id,
                 .node_id = around_.node_id,
                 .states = states_,
                 .settler = &settler_,
                 .admission = broken_admission(around_.broken)}),
      started_at_(around_.log.records(Partition::control).size()) {
  if (around_.broken == Break::write_anyway) log_.refuse_no_clock();
  if (around_.broken == Break::believe_anyone) log_.believe_every_leader();
  if (around_.broken == Break::never_turn) log_.never_turn();
  if (around_.broken == Break::compare_nothing) log_.compare_nothing();
  if (around_.broken == Break::ask_for_no_first) log_.ask_for_no_first();
  log_.tick_with([this](Partition partition) {
    return make_frame(mac_, log_id, partition, FrameKind::tick, "");
  });
}

LogCommandRunner::Parts Process::runner_parts() {
  LogCommandRunner::Parts parts{.states = states_,
                                .log = seen_log_,
                                .settler = settler_,
                                .mac = mac_,
                                .accepted = journal_,
                                .clock = around_.clock,
                                .random = random_,
                                .log_id = log_id,
                                .node_id = around_.node_id};
  if (around_.broken != Break::forget_doubt) {
    parts.in_doubt = [this](const std::string& stream, Timestamp deadline) {
      states_.doubt(stream, deadline);
    };
  }
  return parts;
}

CommandRunner& Process::runner() {
  if (around_.broken != Break::no_queue) return runner_;
  return runners_.emplace_back(runner_parts());
}

void Process::open() { follower_.open(); }

void Process::work() {
  try {
    while (follower_.step()) {
    }
  } catch (const LogFault&) {
  } catch (const StoreFault&) {
  }
  if (around_.broken != Break::no_patience) follower_.tick();
  if (around_.broken == Break::stop_a_stream && states_.position() > 10)
    states_.quarantine(application_stream(ClientId("srv_unlucky")));
}

bool Process::run() {
  io_.restart();
  return io_.poll() > 0;
}

bool Process::die() {
  log_.cut_off();
  for (int i = 0; i < 1000; ++i) {
    around_.clock.hurry();
    follower_.tick();
    if (!run() && requests == 0) break;
  }
  around_.clock.hurry_no_more();
  return requests == 0;
}

void Process::break_silence() {
  if (stopped() || around_.broken == Break::make_no_ticks) return;
  log_.keep_time();
}

bool Process::ready() const {
  settled_ = settled_ || log_.settled() || around_.log.embedded();
  if (!settled_ || log_.currency(Partition::control).at == Currency::never) return false;
  return follower_.heads()[0].next_offset > started_at_ || around_.log.embedded();
}

}  // namespace optare::simulation
