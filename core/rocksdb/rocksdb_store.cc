#include "core/rocksdb/rocksdb_store.h"

#include <fmt/format.h>
#include <rocksdb/experimental.h>
#include <rocksdb/write_batch.h>

namespace optare {
namespace {

constexpr std::string_view format = "optare view 1";
constexpr std::size_t memtable_bytes = 8U << 20U;
// While much is written: what memtables leave behind is then merged a fourth as often. Two of them,
// one that is filled and one that is flushed, are what a node takes beyond its usual memory while
// it catches up or makes projections again. Larger ones cost more in the processor's caches than
// they save.
constexpr std::size_t large_memtable_bytes = 32U << 20U;

std::string first_key(Table table) { return store_key(table, {}); }
std::string key_behind(Table table) {
  return std::string(1, static_cast<char>(static_cast<unsigned char>(table) + 1));
}

void tune(rocksdb::Options& options) {
  // What a memtable leaves behind is merged soon: only what stays is worth compressing.
  options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kLZ4Compression};
  // Most keys that are asked for are new ones: an application's, a stream's.
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  // Keys come in no order, so that a merge of young files rewrites all of the level below, which
  // was most of what applying a long log cost. More of them at once: a third less (500,000
  // applications, one core, 51 us of processor a commit to 35); a look-up asks more filters.
  options.level0_file_num_compaction_trigger = 12;
  options.level0_slowdown_writes_trigger = 30;
  options.level0_stop_writes_trigger = 40;
}

}  // namespace

RocksStore::RocksStore(const RocksResources& resources, std::filesystem::path directory,
                       OpenMode mode)
    : resources_(resources),
      instance_(resources, {.directory = std::move(directory),
                            .mode = mode,
                            .format = format,
                            .when_damaged =
                                "It is made of the log: delete it while the server is stopped, and "
                                "it is made again at the next start",
                            .memtable_bytes = memtable_bytes,
                            .tune = tune}) {
  if (const auto opened = instance_.open(); !opened) throw StoreFault(opened.error());
}

RocksStore::~RocksStore() {
  if (much_) resources_.lend(0);
}

void RocksStore::check(const rocksdb::Status& status) const {
  if (!status.ok()) {
    throw StoreFault(
        fmt::format("{}: {}", instance_.directory().string(), instance_.text_of(status)));
  }
}

void RocksStore::check_written(const rocksdb::Status& status) {
  instance_.note(status);
  check(status);
}

RocksInstance::Use RocksStore::use() const {
  RocksInstance::Use use = instance_.use();
  if (!use) throw StoreFault(fault());
  return use;
}

std::optional<std::string> RocksStore::get(Table table, std::string_view key) const {
  const std::string row = store_key(table, key);
  std::string value;
  const rocksdb::Status status = use()->Get({}, row, &value);
  if (status.IsNotFound()) return std::nullopt;
  check(status);
  return value;
}

void RocksStore::scan(Table table, std::string_view from,
                      const std::function<bool(std::string_view, std::string_view)>& visit) const {
  const std::string end = key_behind(table);
  const rocksdb::Slice bound(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound;
  const auto db = use();
  const std::unique_ptr<rocksdb::Iterator> row(db->NewIterator(options));
  for (row->Seek(store_key(table, from)); row->Valid(); row->Next()) {
    if (!visit(row->key().ToStringView().substr(1), row->value().ToStringView())) return;
  }
  check(row->status());
}

void RocksStore::write(const StoreBatch& batch) {
  if (batch.changes.empty()) return;
  require_writable();
  std::size_t bytes = 0;
  for (const auto& [key, value] : batch.changes)
    bytes += key.size() + (value ? value->size() : 0) + 16;
  rocksdb::WriteBatch rows(bytes);
  for (const auto& [key, value] : batch.changes)
    check(value ? rows.Put(key, *value) : rows.Delete(key));
  check_written(use()->Write({}, &rows));
}

void RocksStore::clear(Table table) {
  require_writable();
  const std::string from = first_key(table);
  const std::string to = key_behind(table);
  const auto db = use();
  check_written(db->DeleteRange({}, db->DefaultColumnFamily(), from, to));
  const rocksdb::Slice first(from);
  const rocksdb::Slice last(to);
  rocksdb::experimental::SuggestCompactRange(&*db, &first, &last)
      .PermitUncheckedError();  // only space is at stake
}

void RocksStore::sync() {
  require_writable();
  check_written(use()->FlushWAL(/*sync=*/true));
}

// An instance that is opened again meanwhile has the usual memtables: only speed is at stake.
void RocksStore::expect_much(bool much) {
  if (much == much_) return;
  much_ = much;
  resources_.lend(much ? 2 * large_memtable_bytes : 0);
  const auto db = instance_.use();
  if (!db) return;
  const std::size_t bytes = much ? large_memtable_bytes : memtable_bytes;
  db->SetOptions({{"write_buffer_size", std::to_string(bytes)}}).PermitUncheckedError();
  if (much) return;
  rocksdb::FlushOptions soon;  // the large one must not stay until somebody writes again
  soon.wait = false;
  soon.allow_write_stall = true;
  db->Flush(soon).PermitUncheckedError();
}

std::uint64_t RocksStore::bytes() const {
  const auto db = instance_.use();
  return db ? rocks_bytes(*db) : 0;
}

void RocksStore::require_writable() {
  if (instance_.writable()) return;
  if (const auto opened = instance_.reopen(); !opened) throw StoreFault(opened.error());
  throw StoreFault(
      fmt::format("{} was opened again after a fault: what it holds has to be read "
                  "again before it is written",
                  instance_.directory().string()));
}

}  // namespace optare
