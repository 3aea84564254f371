#include "core/rocksdb/rocksdb_store.h"

#include <fmt/format.h>
#include <rocksdb/experimental.h>
#include <rocksdb/listener.h>
#include <rocksdb/write_batch.h>

#include <mutex>

namespace optare {
namespace {

constexpr std::string_view format = "optare view 1";
constexpr std::size_t memtable_bytes = 4U << 20U;

std::string first_key(Table table) { return store_key(table, {}); }
std::string key_behind(Table table) {
  return std::string(1, static_cast<char>(static_cast<unsigned char>(table) + 1));
}

}  // namespace

struct RocksStore::Listener final : rocksdb::EventListener {
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* /*error*/) override {
    failed = true;
  }
  std::atomic<bool> failed = false;
};

RocksStore::RocksStore(const RocksResources& resources, std::filesystem::path directory,
                       OpenMode mode)
    : resources_(resources), directory_(std::move(directory)), mode_(mode) {
  open();
}

RocksStore::~RocksStore() = default;

void RocksStore::open() {
  rocksdb::Options options = resources_.options(memtable_bytes);
  listener_ = std::make_shared<Listener>();
  options.listeners = {listener_};
  options.allow_concurrent_memtable_write = false;  // one writer
  auto opened = open_rocks(options, directory_, mode_, format);
  if (!opened) throw StoreFault(opened.error());
  db_ = std::move(*opened);
}

void RocksStore::check(const rocksdb::Status& status) const {
  if (!status.ok()) throw StoreFault(fmt::format("{}: {}", directory_.string(), status.ToString()));
}

rocksdb::DB& RocksStore::database() const {
  if (!db_) throw StoreFault(fmt::format("{} is closed after a fault", directory_.string()));
  return *db_;
}

std::optional<std::string> RocksStore::get(Table table, std::string_view key) const {
  const std::string row = store_key(table, key);
  std::string value;
  const std::shared_lock lock(mutex_);
  const rocksdb::Status status = database().Get({}, row, &value);
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
  const std::shared_lock lock(mutex_);
  const std::unique_ptr<rocksdb::Iterator> row(database().NewIterator(options));
  for (row->Seek(store_key(table, from)); row->Valid(); row->Next()) {
    if (!visit(row->key().ToStringView().substr(1), row->value().ToStringView())) return;
  }
  check(row->status());
}

void RocksStore::write(const StoreBatch& batch) {
  if (batch.changes.empty()) return;
  recover();
  std::size_t bytes = 0;
  for (const auto& [key, value] : batch.changes)
    bytes += key.size() + (value ? value->size() : 0) + 16;
  rocksdb::WriteBatch rows(bytes);
  for (const auto& [key, value] : batch.changes)
    check(value ? rows.Put(key, *value) : rows.Delete(key));
  const std::shared_lock lock(mutex_);
  const rocksdb::Status status = database().Write({}, &rows);
  if (!status.ok()) listener_->failed = true;
  check(status);
}

void RocksStore::clear(Table table) {
  recover();
  const std::string from = first_key(table);
  const std::string to = key_behind(table);
  const std::shared_lock lock(mutex_);
  check(database().DeleteRange({}, db_->DefaultColumnFamily(), from, to));
  const rocksdb::Slice first(from);
  const rocksdb::Slice last(to);
  rocksdb::experimental::SuggestCompactRange(db_.get(), &first, &last)
      .PermitUncheckedError();  // only space is at stake
}

void RocksStore::sync() {
  recover();
  const std::shared_lock lock(mutex_);
  check(database().FlushWAL(/*sync=*/true));
}

std::uint64_t RocksStore::bytes() const {
  const std::shared_lock lock(mutex_);
  return db_ ? rocks_bytes(*db_) : 0;
}

// RocksDB refuses writes after a fault in the background, a full disk above all. Try to go on; open
// again when it cannot.
void RocksStore::recover() {
  if (db_ && !listener_->failed) return;
  if (db_) {
    listener_->failed = false;
    if (db_->Resume().ok()) return;
  }
  const std::unique_lock lock(mutex_);
  db_.reset();
  open();
}

}  // namespace optare
