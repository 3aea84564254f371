#include "ops/log_import.h"

#include <fmt/format.h>

#include <deque>
#include <mutex>
#include <thread>

#include "commands/system/seal_log.h"
#include "core/log/imported.h"
#include "core/log/log_clock.h"
#include "ops/stepped_command.h"

namespace optare {
namespace {

constexpr std::size_t chunk_commits = 256;  // read at once: at most 16 MiB; ours
constexpr std::chrono::milliseconds pause{1};

std::uint64_t sum(const std::array<std::uint64_t, partitions.size()>& numbers) {
  std::uint64_t all = 0;
  for (const std::uint64_t number : numbers) all += number;
  return all;
}

// The commit as a log that is to take it over writes it down.
std::string carried(const AcceptedRecord& record, const LogId& source) {
  const auto original = original_record(record.bytes);
  if (!original)
    throw LogFault(fmt::format("the log holds no commit at offset {}", record.entry.offset));
  if (original->imported) return encode_imported(*original->imported);
  return encode_imported({source, record.entry.ordinal, record.entry.log_time, original->frame});
}

std::string text_of_position(Partition partition, std::uint64_t ordinal) {
  return fmt::format("{} ordinal {}", partition_name(partition), ordinal);
}

}  // namespace

// What was sent and is not answered, or not read back. Shared with the log's callbacks.
class LogImport::Flight {
 public:
  void sent(std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    ++unanswered_;
    bytes_.push_back(bytes);
    sum_ += bytes;
  }
  void answered(Append answer) {
    const std::scoped_lock lock(mutex_);
    --unanswered_;
    if (answer != Append::persisted) lost_ = true;
  }
  // So many more were read back.
  void arrived(std::uint64_t count) {
    const std::scoped_lock lock(mutex_);
    for (; count > 0 && !bytes_.empty(); --count) {
      sum_ -= bytes_.front();
      bytes_.pop_front();
    }
  }
  bool has_room(const ImportLimits& limits) const {
    const std::scoped_lock lock(mutex_);
    return !lost_ && bytes_.size() < limits.records_max && sum_ < limits.bytes_max;
  }
  bool all_answered() const {
    const std::scoped_lock lock(mutex_);
    return unanswered_ == 0;
  }
  bool lost() const {
    const std::scoped_lock lock(mutex_);
    return lost_;
  }

 private:
  mutable std::mutex mutex_;
  std::size_t unanswered_ = 0;
  std::deque<std::size_t> bytes_;
  std::size_t sum_ = 0;
  bool lost_ = false;
};

LogImport::LogImport(ImportSource source, ImportTarget target, const Clock& clock,
                     Progress& progress, ImportLimits limits)
    : source_(std::move(source)),
      target_(std::move(target)),
      clock_(clock),
      progress_(progress),
      limits_(limits) {}

const Head& LogImport::source_head(Partition partition) const {
  return source_.heads[static_cast<std::size_t>(partition)];
}

std::uint64_t LogImport::commits() const {
  std::array<std::uint64_t, partitions.size()> ordinals{};
  for (const Partition partition : partitions)
    ordinals.at(static_cast<std::size_t>(partition)) = source_head(partition).view.ordinal;
  return sum(ordinals);
}

bool LogImport::sealed(Partition partition) const {
  const Head head = target_head(partition);
  return head.view.ordinal > 0 && !head.source;
}

Result<void> LogImport::check() {
  if (source_head(Partition::control).source) {
    return reject(
        Code::conflict,
        "the source is itself being moved into, and that is not finished: finish it first");
  }
  if (source_head(Partition::control).view.ordinal == 0)
    return reject(Code::conflict, "the source has no history");
  TRY_VOID(check_clock());
  for (const Partition partition : partitions) {
    TRY(const Hash hash, checked_chain(partition, target_head(partition).view.ordinal));
    TRY_VOID(check_target(partition, hash));
  }
  return {};
}

// Log time never falls: with a history from the future nothing could be written before it comes.
Result<void> LogImport::check_clock() const {
  for (const Partition partition : partitions) {
    const Duration ahead = source_head(partition).log_time - target_.log.now();
    if (ahead <= clock_skew_max) continue;
    return reject(Code::clock_skew,
                  fmt::format("the source's last record is {} s ahead of the new log's clock: set "
                              "the clocks right, or wait",
                              ahead.count() / 1000));
  }
  return {};
}

// The chain's hash at ordinal `at`, from the records themselves; zero when there is none such.
Result<Hash> LogImport::checked_chain(Partition partition, std::uint64_t at) const {
  const View& end = source_head(partition).view;
  View view;
  Hash hash{};
  while (view.ordinal < end.ordinal) {
    const auto records =
        accepted_records(source_.view, source_.log, partition, view.ordinal, chunk_commits);
    const std::uint64_t before = view.ordinal;
    for (const AcceptedRecord& record : records) {
      const auto original = original_record(record.bytes);
      if (!original || record.entry.ordinal != view.ordinal + 1) break;
      view.hash = chain_hash(view.hash, ++view.ordinal, record.entry.log_time, original->frame);
      if (view.ordinal == at) hash = view.hash;
    }
    if (view.ordinal == before) break;
    progress_.report("reading the source", "commits", view.ordinal, end.ordinal);
  }
  if (view != end) {
    return reject(Code::conflict,
                  fmt::format("the source's log is not what its view applied, at {}: `optare "
                              "replay --verify` says more",
                              text_of_position(partition, view.ordinal)));
  }
  return hash;
}

// `hash_there`: the source's, at the ordinal where the target stands.
Result<void> LogImport::check_target(Partition partition, const Hash& hash_there) const {
  const Head here = target_head(partition);
  const View& there = source_head(partition).view;
  if (here.view.ordinal == 0) return {};
  if (here.source) {
    if (here.view.ordinal <= there.ordinal && here.view.hash == hash_there) return {};
    return reject(Code::conflict,
                  fmt::format("another history is being moved into this log, and stands at {}",
                              text_of_position(partition, here.view.ordinal)));
  }
  const Rows rows(target_.view);
  const bool same = here.view.ordinal > there.ordinal &&
                    RowsAdmissionView(rows, partition).chain_at(there.ordinal) ==
                        (there.ordinal == 0 ? Hash{} : there.hash);
  const bool waits_for_control = partition != Partition::control &&
                                 target_head(Partition::control).source &&
                                 here.view.ordinal == there.ordinal + 1;
  if (same && waits_for_control) return {};
  if (same && partition == Partition::control) {
    return reject(Code::conflict,
                  fmt::format("this history was moved here already, and sealed at position {}",
                              there.ordinal + 1));
  }
  return reject(Code::conflict,
                "the log has a history of its own, so nothing can be moved into it: name an empty "
                "one");
}

Result<void> LogImport::carry() {
  moved_at_ = clock_.boottime();
  for (const Partition partition : partitions) {
    if (!sealed(partition)) TRY_VOID(carry(partition));
  }
  return {};
}

Result<void> LogImport::carry(Partition partition) {
  const View& end = source_head(partition).view;
  while (target_head(partition).view.ordinal < end.ordinal) {
    TRY_VOID(send(partition));
    if (sealed(partition))
      return reject(Code::conflict, "the log was sealed by another, before all was moved");
  }
  if (target_head(partition).view != end) {
    return reject(Code::conflict,
                  fmt::format("{} of the log is not the source's at {}: another history is being "
                              "moved into it. Move into a new one",
                              partition_name(partition), text_of_position(partition, end.ordinal)));
  }
  return {};
}

// From where the target stands to the end, or until something is lost on the way.
Result<void> LogImport::send(Partition partition) {
  const auto flight = std::make_shared<Flight>();
  const std::uint64_t end = source_head(partition).view.ordinal;
  std::uint64_t arrived = target_head(partition).view.ordinal;
  std::uint64_t read = arrived;
  std::vector<AcceptedRecord> chunk;
  std::size_t at = 0;
  while (arrived < end) {
    for (; read < end && flight->has_room(limits_); ++read, ++at) {
      if (at == chunk.size()) {
        chunk = accepted_records(source_.view, source_.log, partition, read, chunk_commits);
        at = 0;
      }
      std::string frame = make_frame(target_.mac, target_.log_id, partition, FrameKind::imported,
                                     carried(chunk.at(at), source_.log_id));
      flight->sent(frame.size());
      target_.log.append(partition, std::move(frame),
                         [flight](Append answer) { flight->answered(answer); });
    }
    TRY_VOID(step());
    const std::uint64_t now = target_head(partition).view.ordinal;
    if (now > arrived) moved_at_ = clock_.boottime();
    flight->arrived(now - arrived);
    arrived = now;
    if (arrived > read) {  // Somebody else moves it, too.
      read = arrived;
      chunk.clear();
      at = 0;
    }
    progress_.report(fmt::format("moving {}", partition_name(partition)), "commits", arrived, end);
    const Duration still = clock_.boottime() - moved_at_;
    if (still > limits_.patience) return lost_patience(partition);
    const bool all_sent = read == end || flight->lost() || !flight->has_room(limits_);
    if (all_sent && flight->all_answered() && still > limits_.resend_after) return {};
    if (sealed(partition)) return {};
  }
  return {};
}

// Applies what has come.
Result<void> LogImport::step() {
  bool any = false;
  while (target_.follower.step()) any = true;
  target_.follower.tick();
  if (target_.follower.stopped()) return reject(Code::unavailable, target_.states.stop_reason());
  if (!any) std::this_thread::sleep_for(pause);
  return {};
}

Result<void> LogImport::lost_patience(Partition partition) const {
  return std::unexpected(Rejection{
      Code::unavailable,
      fmt::format("the log did not go on from {} for {} s. Run the same command again: it goes on "
                  "from there",
                  text_of_position(partition, target_head(partition).view.ordinal),
                  limits_.patience.count() / 1000),
      {}});
}

// Control last: until then nothing else can begin in the log, and a second run goes on.
Result<std::uint64_t> LogImport::seal() {
  for (const Partition partition : partitions) {
    if (partition != Partition::control) TRY_VOID(seal(partition));
  }
  TRY(const Committed sealed_now, seal(Partition::control));
  return sealed_now.position;
}

Result<Committed> LogImport::seal(Partition partition) {
  const SealLog command{.partition = partition, .log_id = target_.log_id};
  CommandRunner::Request request;
  request.name = SealLog::name;
  request.subject = command.subject();
  request.decide = [&](const CommandContext& context) -> Result<Decision> {
    if (sealed(partition)) return Decision{};
    if (target_head(partition).view != source_head(partition).view)
      return reject(Code::conflict, "the log is not what was moved: it is not sealed");
    return command.decide(command.load(target_.states), context);
  };
  CommandOrigin origin;
  origin.actor = {ActorType::system, "log import"};
  auto committed =
      run_stepping(target_.follower, target_.runner.run(std::move(request), std::move(origin)));
  if (!committed && target_.follower.stopped())
    return reject(Code::unavailable, target_.states.stop_reason());
  if (!committed && committed.error().code == Code::outcome_unknown) {
    return reject(Code::unavailable,
                  fmt::format("whether {} was sealed is not known. Run the same command again",
                              partition_name(partition)));
  }
  return committed;
}

}  // namespace optare
