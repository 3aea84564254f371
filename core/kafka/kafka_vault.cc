#include "core/kafka/kafka_vault.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/encoding.h"

namespace optare {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds poll_interval{100};
// In a look: what is new waits for so long.
constexpr std::chrono::milliseconds check_poll_interval{10};
// Of a doubt that goes on, a mark.
constexpr std::chrono::milliseconds mark_interval{1'000};
// Erased from its beginning, so that it is no row to anybody.
constexpr std::string_view mark_name = "mark";
// A broker that starts may not know yet who may do what; ours.
constexpr std::chrono::seconds refusal_patience{3};

// Of records before the log id; ours. A vault has some dozen rows.
constexpr std::size_t early_bytes_max = 16U << 20U;

std::string_view name_of(std::string_view key) { return key.substr(0, key.find('\0')); }

[[noreturn]] void not_read(const std::string& topic, const TopicReader& reader) {
  throw VaultFault(
      fmt::format("the vault in topic {} cannot be read: {}{}", topic,
                  reader.fault().empty() ? "not followed to its end in time" : reader.fault(),
                  reader.refused() ? "" : ". Are the brokers there, and was `optare init` run?"));
}

std::string not_checked(const std::string& why) {
  return "what is new in the vault is followed, but what stands before it cannot be read, as "
         "a node that starts has to: " +
         why;
}

// Everything that the topic holds when called. What goes wrong may pass: a topic that was just made
// is not known to every broker yet.
void read_to_end(TopicReader& reader, const KafkaVaultOptions& options,
                 const std::function<void()>& poll) {
  const auto refused_until = Steady::now() + refusal_patience;
  const auto until = Steady::now() + options.open_patience;
  const auto end =
      reader.end(std::chrono::duration_cast<TopicReader::Patience>(options.open_patience));
  if (!end) not_read(options.topic, reader);
  while (reader.position() < *end) {
    poll();
    if (Steady::now() >= (reader.refused() ? refused_until : until))
      not_read(options.topic, reader);
  }
}

}  // namespace

bool vault_exists(const KafkaConnection& connection, const KafkaVaultOptions& options) {
  TopicReader reader(connection, options.topic, options.fetch_wait);
  VaultRecords records;
  read_to_end(reader, options, [&] {
    reader.poll(poll_interval, [&](const TopicReader::Record& record) {
      if (record.value) records.apply(record.key, record.value);
    });
  });
  return records.row(log_id_name).has_value();
}

KafkaVault::KafkaVault(const KafkaConnection& connection, KafkaVaultOptions options,
                       Secret key_encryption_key, Random& random)
    : connection_(connection),
      options_(std::move(options)),
      random_(random),
      reader_(std::make_unique<TopicReader>(connection, options_.topic, options_.fetch_wait)),
      checker_(std::make_unique<TopicReader>(connection, options_.topic, options_.fetch_wait)),
      producer_(connection, options_.topic, options_.write_patience),
      seal_(std::move(key_encryption_key), random) {
  read_to_end(*reader_, options_, [this] { follow(poll_interval); });
  if (other_key_) refuse_key();
  check_at_ = Steady::now() + options_.check_interval;
  follower_ = std::thread([this] {
    while (!stopping_ && !is_lost_) {
      follow(checking_ ? std::chrono::milliseconds() : poll_interval);
      if (!options_.read_only) {
        write_again();
        mark();
      }
      check();
    }
  });
}

KafkaVault::~KafkaVault() {
  stopping_ = true;
  producer_.stop();
  follower_.join();
}

void KafkaVault::follow(std::chrono::milliseconds patience) {
  const bool had_lost_its_place = reader_->lost_its_place();
  reader_->poll(patience, [this](const TopicReader::Record& record) {
    const std::scoped_lock lock(mutex_);
    apply(record);
  });
  const bool loses_its_place = reader_->lost_its_place() && !had_lost_its_place;
  const bool faulty = !reader_->fault().empty();
  {
    const std::scoped_lock lock(mutex_);
    fault_ = reader_->fault();
    places_lost_ += loses_its_place ? 1 : 0;
    next_offset_ = reader_->lost_its_place() ? 0 : reader_->position();
  }
  changed_.notify_all();
  if (loses_its_place) find_place();
  if (faulty && !checking_) check_at_ = {};
}

// A look has to begin behind it. Without a log id nothing is held yet, so all can be read again.
void KafkaVault::find_place() {
  checking_ = false;
  const std::scoped_lock lock(mutex_);
  if (seal_.belongs()) return;
  early_.clear();
  early_bytes_ = 0;
  reader_->begin_again();
}

void KafkaVault::check() {
  const bool is_due = Steady::now() >= check_at_;
  if (!checking_) {
    if (is_due) begin_check();
    return;
  }
  const bool came = checker_->poll(check_poll_interval, [this](const TopicReader::Record& record) {
    const std::scoped_lock lock(mutex_);
    const Kind kind = kind_of(record.key, record.value);
    if (kind.own)
      check_.record(record.offset, record.key, *record.value, kind.erases);
    else
      check_.pass_over(record.key);
  });
  if (came) check_at_ = Steady::now() + options_.check_interval;
  {
    const std::scoped_lock lock(mutex_);
    if (!checker_->fault().empty()) check_fault_ = not_checked(checker_->fault());
    // Both are at the same place soon, unless one of them asks a broker that leads no more.
    const bool level = checker_->position() == reader_->position();
    if (checker_->at_end() && (level || reader_->lost_its_place() || is_due)) {
      end_check();
    } else if (is_due && !came) {
      checking_ = false;
      if (check_fault_.empty()) check_fault_ = not_checked("nothing comes in time");
    }
  }
  if (!checking_) checker_->begin_again();
}

void KafkaVault::begin_check() {
  check_at_ = Steady::now() + options_.check_interval;
  const std::scoped_lock lock(mutex_);
  if (!seal_.belongs()) return;  // it holds nothing yet
  checker_->begin_again();
  check_.begin(records_);
  checking_ = true;
}

void KafkaVault::end_check() {
  checking_ = false;
  check_at_ = Steady::now() + options_.check_interval;
  switch (check_.end()) {
    case VaultCheck::Says::whole:
      check_fault_.clear();
      // The same rows, as they are there now.
      if (reader_->lost_its_place() || checker_->position() >= reader_->position()) {
        records_ = check_.take_found();
        foreign_records_ = std::max(foreign_records_.load(), check_.foreign_records());
        std::swap(reader_, checker_);
        next_offset_ = reader_->position();
        changed_.notify_all();
      }
      break;
    case VaultCheck::Says::doubtful:
      check_fault_ =
          fmt::format("topic {}: rows that this node holds are not found in it", options_.topic);
      break;
    case VaultCheck::Says::lost:
      check_fault_ = lost_ = vault_lost_rows(options_.topic, check_.missing());
      is_lost_ = true;
      break;
  }
}

void KafkaVault::mark() {
  if (checking_ || !check_.doubts() || is_lost_ || Steady::now() < mark_at_) return;
  // Who writes just now waits for this thread to read it.
  const std::unique_lock writing(write_mutex_, std::try_to_lock);
  if (!writing) return;
  mark_at_ = Steady::now() + mark_interval;
  std::string row = [this] {
    const std::scoped_lock lock(mutex_);
    return seal_.erased_row(mark_name);
  }();
  try {
    const std::uint64_t offset = producer_.deliver(std::string(mark_name), row);
    check_.marked(offset, std::move(row));
  } catch (const std::runtime_error&) {
    return;  // in a while again
  }
  begin_check();
}

// The log id was written first, but where it was written again compaction keeps it behind others.
void KafkaVault::apply(const TopicReader::Record& record) {
  if (!seal_.belongs() && record.value && name_of(record.key) != log_id_name) {
    early_bytes_ += record.key.size() + record.value->size();
    if (early_bytes_ <= early_bytes_max) {
      early_.push_back({std::string(record.key), std::string(*record.value)});
      return;
    }
  }
  open(record.key, record.value);
  if (!seal_.belongs()) return;
  for (const Early& early : std::exchange(early_, {})) open(early.key, early.row);
}

KafkaVault::Kind KafkaVault::kind_of(std::string_view key, std::optional<std::string_view> value) {
  if (!value) return {};
  const bool erases = seal_.is_erased_row(key, *value);
  return {.own = erases || is_own(name_of(key), *value), .erases = erases};
}

void KafkaVault::open(std::string_view key, std::optional<std::string_view> value) {
  const Kind kind = kind_of(key, value);
  if (kind.own && records_.apply(key, kind.erases ? std::nullopt : value)) return;
  ++foreign_records_;
  if (!kind.own) records_.pass_over(key);
}

void KafkaVault::write_again() {
  if (check_.doubts()) return;
  // Who writes just now waits for this thread to read it.
  const std::unique_lock writing(write_mutex_, std::try_to_lock);
  if (!writing) return;
  std::vector<std::pair<std::string, std::string>> rows;
  {
    const std::scoped_lock lock(mutex_);
    const auto now = Steady::now();
    if (!records_.buried().empty() && now < write_again_at_) return;
    write_again_at_ = now + options_.write_again_after;
    for (const std::string& key : records_.buried())
      if (const auto row = records_.row_at(key)) rows.emplace_back(key, *row);
  }
  try {
    for (auto& [key, row] : rows) producer_.deliver(key, std::move(row));
  } catch (const std::runtime_error&) {
    return;  // in a while again
  }
}

// The first log id says whose vault it is: one that the key does not open is a wrong key, also when
// another one follows that it does open.
bool KafkaVault::is_own(std::string_view name, std::string_view row) {
  const auto value = seal_.open(name, row);
  if (name == log_id_name && !seal_.belongs() && !other_key_) {
    if (value)
      seal_.belong_to(value->reveal());
    else
      other_key_ = true;
  }
  return value.has_value() && !other_key_;
}

void KafkaVault::refuse_key() const {
  throw VaultFault(
      fmt::format("the key file does not open the vault in topic {}: start with the key file that "
                  "this deployment was made with (--key-file), the same on all nodes",
                  options_.topic));
}

std::optional<Secret> KafkaVault::get(std::string_view name) const {
  const std::scoped_lock lock(mutex_);
  const auto row = records_.row(name);
  return row ? seal_.open(name, *row) : std::nullopt;
}

std::vector<std::string> KafkaVault::names(std::string_view prefix) const {
  const std::scoped_lock lock(mutex_);
  return records_.names(prefix);
}

void KafkaVault::put(std::string_view name, const Secret& value) {
  if (name == log_id_name) {
    if (claim(name, value)) return;
    throw VaultFault(fmt::format("the vault in topic {} has another log id", options_.topic));
  }
  const std::scoped_lock lock(write_mutex_);
  const auto row = [&] {
    const std::scoped_lock rows(mutex_);
    if (!seal_.belongs())
      throw VaultFault(fmt::format(
          "the vault in topic {} has no log id, so it can hold nothing else", options_.topic));
    return seal_.row(name, value);
  }();
  write(std::string(name), row);
}

bool KafkaVault::claim(std::string_view name, const Secret& value) {
  const std::scoped_lock lock(write_mutex_);
  const auto row = [&]() -> std::optional<std::string> {
    const std::scoped_lock rows(mutex_);
    if (other_key_) refuse_key();
    if (records_.row(name)) return std::nullopt;
    if (!seal_.belongs() && name != log_id_name)
      throw VaultFault(fmt::format(
          "the vault in topic {} has no log id, so it can hold nothing else", options_.topic));
    return seal_.row(name, value);
  }();
  if (!row) return false;
  const std::string key = claim_key(name, hex(random_.bytes<8>()));
  write(key, *row);
  {
    const std::scoped_lock rows(mutex_);
    if (!other_key_ && records_.claimed_by(name) == key) return true;
  }
  const std::string erased = [&] {
    const std::scoped_lock rows(mutex_);
    if (other_key_) refuse_key();
    return seal_.erased_row(key);
  }();
  write(key, erased);  // of no use to anybody
  return false;
}

void KafkaVault::erase(std::string_view name) {
  const std::scoped_lock lock(write_mutex_);
  std::vector<std::pair<std::string, std::string>> rows;
  {
    const std::scoped_lock reading(mutex_);
    for (const std::string& key : records_.keys(name))
      rows.emplace_back(key, seal_.erased_row(key));
  }
  for (const auto& [key, erased] : rows) write(key, erased);
}

std::string KafkaVault::fault() const {
  const std::scoped_lock lock(mutex_);
  return fault_.empty() ? check_fault_ : fault_;
}

std::string KafkaVault::lost() const {
  if (!is_lost_) return {};
  const std::scoped_lock lock(mutex_);
  return lost_;
}

void KafkaVault::refuse_writing() const {
  if (options_.read_only)
    throw VaultFault(fmt::format("the vault in topic {} is only read here", options_.topic));
  if (is_lost_) throw VaultFault(lost());
}

void KafkaVault::write(const std::string& key, const std::string& row) {
  refuse_writing();
  const auto until = Steady::now() + options_.write_patience + delivery_grace;
  std::unique_lock lock(mutex_);
  const auto before = std::pair(next_offset_, places_lost_);
  lock.unlock();
  const std::uint64_t offset = producer_.deliver(key, row);
  lock.lock();
  // Below what had been read it stands in another topic, which the reader does not know yet.
  const auto read_back = [&] {
    return next_offset_ > offset && (offset >= before.first || places_lost_ != before.second);
  };
  if (!changed_.wait_until(lock, until, read_back)) {
    throw VaultFault(
        fmt::format("what was written to the vault in topic {} was not read back in "
                    "time{}{}",
                    options_.topic, fault_.empty() ? "" : ": ", fault_));
  }
}

}  // namespace optare
