#include "projections/journal.h"

#include <fmt/format.h>

#include "core/log/imported.h"

namespace optare {
namespace {

std::string partition_key(Partition partition) {
  std::string key;
  append_u32(key, static_cast<std::uint32_t>(partition));
  return key;
}

}  // namespace

std::string head_key(Partition partition) { return partition_key(partition); }

std::string stream_key(Partition partition, std::string_view stream) {
  std::string key = partition_key(partition);
  key += stream;
  return key;
}

std::string chain_key(Partition partition, std::uint64_t ordinal) {
  std::string key = partition_key(partition);
  append_u64(key, ordinal % view_age_max);
  return key;
}

std::string journal_key(Partition partition, std::uint64_t ordinal) {
  std::string key = partition_key(partition);
  append_u64(key, ordinal);
  return key;
}

std::string encode_chain(std::uint64_t ordinal, const Hash& hash) {
  std::string value;
  append_u64(value, ordinal);
  value += text_of(hash);
  return value;
}

std::string encode_journal(std::uint64_t offset, Timestamp log_time) {
  std::string value;
  append_u64(value, offset);
  append_u64(value, static_cast<std::uint64_t>(milliseconds_of(log_time)));
  return value;
}

namespace {
JournalEntry decode_journal(std::uint64_t ordinal, std::string_view value) {
  return {ordinal, read_u64(value),
          timestamp_of(static_cast<std::int64_t>(read_u64(value.substr(8))))};
}
}  // namespace

std::optional<JournalEntry> journal_entry(const Store& store, Partition partition,
                                          std::uint64_t ordinal) {
  const auto value = store.get(Table::journal, journal_key(partition, ordinal));
  if (!value || value->size() != 16) return std::nullopt;
  return decode_journal(ordinal, *value);
}

StreamVersion RowsAdmissionView::stream(std::string_view name) const {
  const auto row = rows_.row<StreamVersion>(Table::stream, stream_key(partition_, name));
  if (!row)
    throw StoreFault("the version of stream " + std::string(name) +
                     " cannot be read: restore or rebuild the store");
  return row->value_or(StreamVersion{});
}

std::optional<Hash> RowsAdmissionView::chain_at(std::uint64_t ordinal) const {
  if (ordinal == 0) return Hash{};
  const auto value = rows_.get(Table::chain, chain_key(partition_, ordinal));
  if (!value || value->size() != 40 || read_u64(*value) != ordinal) return std::nullopt;
  Hash hash;
  std::ranges::copy(bytes_of(std::string_view(*value).substr(8)), hash.begin());
  return hash;
}

std::vector<AcceptedRecord> accepted_records(const Store& store, const EventLog& log,
                                             Partition partition, std::uint64_t after,
                                             std::size_t limit) {
  std::vector<JournalEntry> entries;
  const std::string prefix = head_key(partition);
  store.scan(Table::journal, journal_key(partition, after + 1),
             [&](std::string_view key, std::string_view value) {
               if (!key.starts_with(prefix) || entries.size() == limit) return false;
               entries.push_back(decode_journal(read_u64(key.substr(4)), value));
               return true;
             });
  std::vector<AcceptedRecord> accepted;
  accepted.reserve(entries.size());
  std::vector<LogRecord> records;  // Void records lie between: read on until the next wanted one.
  std::size_t at = 0;
  for (const JournalEntry& entry : entries) {
    while (at < records.size() && records[at].offset < entry.offset) ++at;
    if (at == records.size()) {
      records = log.read(partition, entry.offset, entries.size() - accepted.size());
      at = 0;
    }
    if (at == records.size() || records[at].offset != entry.offset) {
      throw LogFault(fmt::format("{} ordinal {}: the log no longer holds offset {}",
                                 partition_name(partition), entry.ordinal, entry.offset));
    }
    accepted.push_back({entry, std::move(records[at].bytes)});
  }
  return accepted;
}

std::vector<AcceptedCommit> Journal::after(Partition partition, std::uint64_t after,
                                           std::size_t limit) const {
  std::vector<AcceptedCommit> accepted;
  for (const auto& [entry, bytes] : accepted_records(store_, log_, partition, after, limit)) {
    const auto original = original_record(bytes);
    auto commit = original ? decode_commit(original->commit)
                           : Result<Commit>(reject(Code::malformed, "not a commit"));
    if (!commit) {
      throw LogFault(fmt::format("{} ordinal {}: the log holds another record at offset {}",
                                 partition_name(partition), entry.ordinal, entry.offset));
    }
    accepted.push_back({entry.ordinal, entry.offset, entry.log_time, *std::move(commit)});
  }
  return accepted;
}

std::expected<Facts, Unappliable> facts_of(Partition partition, const Commit& commit,
                                           std::uint64_t ordinal, Timestamp log_time,
                                           const std::function<bool(std::string_view)>& skip) {
  Facts facts{partition, ordinal, log_time, &commit, {}};
  for (const StreamWrite& write : commit.writes) {
    if (skip(write.stream)) continue;
    std::uint64_t version = write.expected_version;
    for (const EncodedEvent& encoded : write.events) {
      auto event = decode_event(encoded.type, encoded.payload);
      if (!event) return std::unexpected(Unappliable{write.stream, event.error().detail});
      facts.facts.push_back(
          {*std::move(event), EventMeta{write.stream, ordinal, ++version, log_time}});
    }
  }
  return facts;
}

}  // namespace optare
