#include "tests/simulation/requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/log/end_questions.h"
#include "core/log/frame.h"

namespace optare::simulation {
namespace {

// When nothing goes wrong any more: the patience for the log, and for a view that is behind.
constexpr Duration answered_within = 2 * (command_patience + absence_patience_of_brokers);

bool ends_tokens(std::string_view name) {
  static const std::set<std::string_view> all{"DeleteApplication",  "DeactivateClient",
                                              "RevokeClientTokens", "DeleteApi",
                                              "RevokeSigningKey",   "RevokeToken"};
  return all.contains(name);
}

struct Place {
  Partition partition;
  std::uint64_t ordinal;
};

std::vector<Place> places_of(const LogModel& model, const std::string& request_id) {
  std::vector<Place> places;
  for (const Partition partition : partitions) {
    for (const std::uint64_t ordinal : model.of_request(partition, request_id))
      places.push_back({partition, ordinal});
  }
  return places;
}

std::vector<Event> events_of(const Commit& commit, const std::string& stream) {
  std::vector<Event> events;
  for (const StreamWrite& write : commit.writes) {
    if (write.stream != stream) continue;
    for (const EncodedEvent& event : write.events)
      events.push_back(decode_event(event.type, event.payload).value());
  }
  return events;
}

std::string_view told_name(Asked::Told told) {
  switch (told) {
    case Asked::Told::nothing:
      return "told nothing";
    case Asked::Told::done:
      return "told done";
    case Asked::Told::already_so:
      return "told that it was so already";
    case Asked::Told::replayed:
      return "told the first outcome";
    case Asked::Told::refused:
      return "refused";
    case Asked::Told::unknown:
      return "told that it is unknown";
  }
  return "?";
}

}  // namespace

Asked& Requests::begin(Machine& machine, std::string_view name, std::string subject,
                       const std::optional<Key>& key) {
  auto asked = std::make_unique<Asked>();
  asked->request_id = "r" + std::to_string(all_.size() + 1);
  asked->what = fmt::format("{} {} of {}", asked->request_id, name, subject);
  asked->machine = &machine;
  asked->incarnation = machine.incarnation;
  asked->subject = std::move(subject);
  asked->begun = stage_.timeline.now();
  asked->asked_at = stage_.model.ordinals(Partition::control);
  asked->ends_tokens = ends_tokens(name);
  if (key) {
    asked->command_id = key->command_id;
    asked->digest = key->digest;
  }
  stage_.judge.note(fmt::format("{} at {}", asked->what, machine.node_id));
  by_id_.emplace(asked->request_id, asked.get());
  all_.push_back(std::move(asked));
  return *all_.back();
}

void Requests::answered(Asked& asked, const std::exception_ptr& fault,
                        const std::optional<Result<Committed>>& answer) {
  --asked.machine->process->requests;
  if (asked.machine->dying) {  // Nobody hears it.
    if (asked.abandoned) asked.abandoned();
    return;
  }
  if (fault) {
    try {
      std::rethrow_exception(fault);
    } catch (const LogFault&) {  // The server's answer is 503: between two attempts, none is open.
      asked.told = Asked::Told::refused;
    }
    check(asked, nullptr);
    if (asked.abandoned) asked.abandoned();
    return;
  }
  if (asked.machine->astray(stage_.log)) asked.excused = true;
  const Result<Committed>& result = *answer;
  if (!result)
    asked.told =
        result.error().code == Code::outcome_unknown ? Asked::Told::unknown : Asked::Told::refused;
  else if (result->replayed)
    asked.told = Asked::Told::replayed;
  else
    asked.told = result->events.empty() ? Asked::Told::already_so : Asked::Told::done;
  stage_.judge.note(fmt::format("{} is {}{}", asked.what, told_name(asked.told),
                                result ? "" : ": " + result.error().detail));
  if (asked.told == Asked::Told::unknown && asked.ends_tokens) in_doubt_.push_back(&asked);
  check(asked, &result);
  if (!result && !asked.machine->astray(stage_.log)) check_refused(asked, result.error());
  if (asked.then) asked.then(result);
}

void Requests::sent(Partition, const std::string& frame) {
  const auto parsed = parse_frame(frame);
  if (!parsed || parsed->kind != FrameKind::commit) return;
  const auto commit = decode_commit(parsed->payload);
  if (!commit) return;
  const auto found = by_id_.find(commit->request_id);
  if (found == by_id_.end()) return;
  found->second->deadline = commit->deadline;
  stage_.require_right_clock(*found->second->machine);
}

void Requests::log_was_cut() {
  for (const auto& asked : all_) asked->excused = true;
}

void Requests::check(const Asked& asked, const Result<Committed>* answer) {
  const auto places = places_of(stage_.model, asked.request_id);
  const auto wrong = [&](std::string_view why) {
    stage_.judge.violated(Rule::answers, fmt::format("{} was {}, {} of it count: {}", asked.what,
                                                     told_name(asked.told), places.size(), why));
  };
  if (places.size() > 1) return wrong("more than one");
  switch (asked.told) {
    case Asked::Told::done:
      // What it rests on was durable, until the log lost it.
      if (places.empty() && asked.excused &&
          (answer == nullptr || asked.machine->astray(stage_.log)))
        return;
      if (places.empty()) return wrong("none");
      if (answer != nullptr) check_done(asked, **answer);
      return;
    case Asked::Told::replayed:
      if (answer != nullptr) check_replayed(asked, **answer);
      [[fallthrough]];
    case Asked::Told::already_so:
    case Asked::Told::refused:
      if (!places.empty() && !asked.excused) return wrong("one too many");
      return;
    case Asked::Told::nothing:
    case Asked::Told::unknown:
      return;
  }
}

void Requests::check_done(const Asked& asked, const Committed& committed) {
  const Place place = places_of(stage_.model, asked.request_id).front();
  const LogModel::Entry& entry = stage_.model.admitted(place.partition, place.ordinal);
  const bool right =
      (place.partition != Partition::control || committed.position == place.ordinal) &&
      committed.log_time == entry.log_time &&
      committed.events == events_of(*entry.commit, asked.subject);
  stage_.judge.require(right, Rule::answers,
                       [&] { return asked.what + ": the answer is not what the log holds"; });
}

// Nobody is told that something is absent which was there before he asked, on whichever node he
// asks (design D6).
void Requests::check_refused(const Asked& asked, const Rejection& refusal) {
  const ModelRows& rows = stage_.model.rows(Partition::control);
  const std::string id = asked.subject.substr(asked.subject.find('/') + 1);
  const std::uint64_t now = stage_.model.ordinals(Partition::control);
  bool was_there = false;
  if (refusal.detail.starts_with("there is no such application")) {
    const auto then = rows.application(id, asked.asked_at);
    was_there = then && then->exists() && rows.application(id, now)->exists();
  } else if (refusal.detail.starts_with("there is no such API") &&
             asked.subject.starts_with("api/")) {
    const auto then = rows.api(id, asked.asked_at);
    was_there = then && then->exists() && rows.api(id, now)->exists();
  }
  stage_.judge.require(!was_there || asked.excused, Rule::absence, [&] {
    return fmt::format("{} at {} is refused: {}", asked.what, asked.machine->node_id,
                       refusal.detail);
  });
}

void Requests::check_all_answered() {
  for (const auto& asked : all_) {
    const bool waits = asked->told == Asked::Told::nothing && asked->machine->process &&
                       asked->incarnation == asked->machine->incarnation &&
                       stage_.timeline.now() - asked->begun > answered_within;
    stage_.judge.require(!waits, Rule::recovers, [&] { return asked->what + " waits for ever"; });
  }
}

// But by a node that has not noticed yet that the log lost what it goes by.
void Requests::check_replayed(const Asked& asked, const Committed& committed) {
  if (asked.machine->astray(stage_.log, Partition::control)) return;
  const std::uint64_t ordinal = committed.position;
  const bool known = ordinal >= 1 && ordinal <= stage_.model.ordinals(Partition::control);
  if (!known) return stage_.judge.violated(Rule::answers, asked.what + ": an outcome from nowhere");
  const Commit& first = *stage_.model.admitted(Partition::control, ordinal).commit;
  stage_.judge.require(first.command_id == asked.command_id && first.request_digest == asked.digest,
                       Rule::answers, [&] { return asked.what + ": another's outcome"; });
}

void Requests::check_all() {
  for (const auto& asked : all_) check(*asked, nullptr);
}

std::size_t Requests::told(Asked::Told told) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(all_, [told](const auto& asked) { return asked->told == told; }));
}

bool Requests::in_doubt(const Machine& machine, const std::string& stream) const {
  const Timestamp now =
      stage_.log.log_time(stream.starts_with("00/") ? Partition::tokens_00 : Partition::control);
  return std::ranges::any_of(in_doubt_, [&](const Asked* asked) {
    return asked->machine == &machine && asked->incarnation == machine.incarnation &&
           asked->subject == stream && asked->deadline && now <= *asked->deadline;
  });
}

}  // namespace optare::simulation
