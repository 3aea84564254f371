#include "core/rocksdb/log_database.h"

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/write_batch.h>

#include <limits>

#include "core/base/encoding.h"

namespace optare {
namespace {

constexpr std::string_view format = "optare log 1";
constexpr std::string_view cut_prefix =
    "\xff"
    "cut";
constexpr std::size_t memtable_bytes = 4U << 20U;
constexpr std::size_t key_bytes = 12;
constexpr std::size_t time_bytes = 8;
constexpr std::size_t read_bytes_max = 8U << 20U;  // one read's memory, whatever was asked for

using Key = std::array<char, key_bytes>;

template <class T>
void put_big_endian(char* out, T value) {
  for (std::size_t i = sizeof(T); i-- > 0; value = static_cast<T>(value >> 8U))
    out[i] = static_cast<char>(value);
}

Key key_of(Partition partition, std::uint64_t offset) {
  Key key;
  put_big_endian(key.data(), static_cast<std::uint32_t>(partition));
  put_big_endian(key.data() + 4, offset);
  return key;
}

rocksdb::Slice slice(const Key& key) { return {key.data(), key.size()}; }
rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

std::string cut_key(Partition partition) {
  std::string key(cut_prefix);
  append_u32(key, static_cast<std::uint32_t>(partition));
  return key;
}

LogRecord record_of(const rocksdb::Iterator& row) {
  const std::string_view key = row.key().ToStringView();
  const std::string_view value = row.value().ToStringView();
  if (key.size() != key_bytes || value.size() < time_bytes)
    throw LogFault("a row of the log is not a record");
  return {.offset = read_u64(key.substr(4)),
          .time = timestamp_of(static_cast<std::int64_t>(read_u64(value))),
          .bytes = std::string(value.substr(time_bytes))};
}

}  // namespace

LogDatabase::LogDatabase(const RocksResources& resources, std::filesystem::path directory,
                         OpenMode mode, std::string_view when_damaged)
    : instance_(resources, {.directory = std::move(directory),
                            .mode = mode,
                            .format = format,
                            .when_damaged = when_damaged,
                            .memtable_bytes = memtable_bytes}) {
  if (const auto opened = instance_.open(); !opened) throw LogFault(opened.error());
}

RocksInstance::Use LogDatabase::use() const {
  RocksInstance::Use use = instance_.use();
  if (!use) throw LogFault("cannot read " + fault());
  return use;
}

void LogDatabase::check(const rocksdb::Status& status) const {
  if (!status.ok()) {
    throw LogFault(fmt::format("cannot read {}: {}", instance_.directory().string(),
                               instance_.text_of(status)));
  }
}

std::map<Partition, LogDatabase::End> LogDatabase::ends() const {
  std::map<Partition, End> ends;
  for (const auto& [partition, cut] : cuts()) ends[partition].offset = cut.offset;
  const auto db = use();
  const std::unique_ptr<rocksdb::Iterator> row(db->NewIterator({}));
  // From the last partition down: each step lands on a partition's last record.
  for (row->SeekForPrev(slice(key_of(Partition{0xfeffffff}, 0))); row->Valid();) {
    const auto partition = static_cast<Partition>(read_u32(row->key().ToStringView()));
    const LogRecord last = record_of(*row);
    End& end = ends[partition];
    end = {.offset = std::max(end.offset, last.offset + 1), .time = last.time};
    row->SeekForPrev(slice(key_of(partition, 0)));
    if (row->Valid() && static_cast<Partition>(read_u32(row->key().ToStringView())) == partition)
      row->Prev();
  }
  check(row->status());
  return ends;
}

std::map<Partition, RetainedLog::Cut> LogDatabase::cuts() const {
  std::map<Partition, RetainedLog::Cut> cuts;
  const auto db = use();
  const std::unique_ptr<rocksdb::Iterator> row(db->NewIterator({}));
  for (row->Seek(slice(cut_prefix)); row->Valid() && row->key().starts_with(slice(cut_prefix));
       row->Next()) {
    const std::string_view value = row->value().ToStringView();
    if (value.size() < sizeof(std::uint64_t)) throw LogFault("the log's cut is damaged");
    const auto partition =
        static_cast<Partition>(read_u32(row->key().ToStringView().substr(cut_prefix.size())));
    cuts[partition] = {.offset = read_u64(value),
                       .note = std::string(value.substr(sizeof(std::uint64_t)))};
  }
  check(row->status());
  return cuts;
}

std::vector<LogRecord> LogDatabase::read(Partition partition, std::uint64_t offset,
                                         std::uint64_t end, std::size_t records_max) const {
  const Key upper = key_of(partition, end);
  const rocksdb::Slice bound = slice(upper);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound;
  const auto db = use();
  const std::unique_ptr<rocksdb::Iterator> row(db->NewIterator(options));
  std::vector<LogRecord> records;
  std::size_t bytes = 0;
  for (row->Seek(slice(key_of(partition, offset))); row->Valid(); row->Next()) {
    if (records.size() == records_max || bytes >= read_bytes_max) break;
    records.push_back(record_of(*row));
    bytes += records.back().bytes.size();
    const std::uint64_t expected = offset + records.size() - 1;
    if (records.back().offset != expected) {
      throw LogFault(fmt::format("{}: record {} is missing{}", instance_.directory().string(),
                                 expected, instance_.advice()));
    }
  }
  check(row->status());
  return records;
}

bool LogDatabase::write(std::span<const Row> rows, Durability durability) {
  std::size_t bytes = 0;
  for (const Row& row : rows) bytes += row.bytes.size() + key_bytes + time_bytes + 16;
  rocksdb::WriteBatch batch(bytes);
  for (const Row& row : rows) {
    const Key key = key_of(row.partition, row.offset);
    std::array<char, time_bytes> time;
    put_big_endian(time.data(), static_cast<std::uint64_t>(milliseconds_of(row.time)));
    const rocksdb::Slice keys = slice(key);
    const std::array<rocksdb::Slice, 2> values{rocksdb::Slice(time.data(), time.size()),
                                               slice(row.bytes)};
    const rocksdb::Status added =
        batch.Put(rocksdb::SliceParts(&keys, 1), rocksdb::SliceParts(values.data(), 2));
    if (!added.ok()) {
      instance_.note(added);
      return false;
    }
  }
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  const auto db = instance_.use();
  const rocksdb::Status status =
      db ? db->Write(options, &batch) : rocksdb::Status::Aborted("it is closed");
  instance_.note(status);
  return status.ok();
}

void LogDatabase::drop_before(Partition partition, const RetainedLog::Cut& cut) {
  std::string value;
  append_u64(value, cut.offset);
  value += cut.note;
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto db = use();
  const rocksdb::Status status = db->Put(synced, cut_key(partition), value);
  if (!status.ok()) {
    throw LogFault(
        fmt::format("cannot cut {}: {}", instance_.directory().string(), status.ToString()));
  }
  // Whole files only: what is left below the cut is not read, and goes with a later cut.
  const Key from = key_of(partition, 0);
  const Key to = key_of(partition, cut.offset);
  const rocksdb::Slice first = slice(from);
  const rocksdb::Slice last = slice(to);
  rocksdb::DeleteFilesInRange(&*db, db->DefaultColumnFamily(), &first, &last,
                              /*include_end=*/false)
      .PermitUncheckedError();  // only space is at stake
}

std::uint64_t LogDatabase::bytes() const {
  const auto db = instance_.use();
  return db ? rocks_bytes(*db) : 0;
}

}  // namespace optare
