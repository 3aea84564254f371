#include "core/rocksdb/rocksdb_vault.h"

#include <fmt/format.h>

#include "core/base/assert.h"
#include "core/base/encoding.h"
#include "core/ports/crypto.h"
#include "core/rocksdb/key_file.h"

namespace optare {
namespace {

constexpr std::string_view format = "optare vault 1";
constexpr std::string_view log_id_name = "log-id";
constexpr std::size_t memtable_bytes = 256U << 10U;
constexpr std::size_t nonce_bytes = 12;

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

void check(const rocksdb::Status& status, const std::filesystem::path& directory) {
  if (!status.ok()) throw VaultFault(fmt::format("{}: {}", directory.string(), status.ToString()));
}

}  // namespace

RocksVault::RocksVault(const RocksResources& resources, std::filesystem::path directory,
                       Secret key_encryption_key, Random& random, OpenMode mode)
    : directory_(std::move(directory)), key_(std::move(key_encryption_key)), random_(random) {
  OPTARE_ASSERT(key_.reveal().size() == key_encryption_key_bytes);
  auto opened = open_rocks(resources.options(memtable_bytes), directory_, mode, format);
  if (!opened) throw VaultFault(opened.error());
  db_ = std::move(*opened);
  if (const auto log_id = get(log_id_name)) log_id_ = log_id->reveal();
}

RocksVault::~RocksVault() = default;

bool RocksVault::exists(const std::filesystem::path& directory) {
  return std::filesystem::exists(directory / "CURRENT");
}

std::string RocksVault::additional_data(std::string_view name) const {
  if (name == log_id_name) return std::string(name);
  if (log_id_.empty())
    throw VaultFault(
        fmt::format("{} has no log id, so it can hold nothing else", directory_.string()));
  return log_id_ + std::string(name);
}

Secret RocksVault::open_row(std::string_view name, std::string_view row) const {
  if (row.size() > nonce_bytes) {
    auto value =
        unseal(key_, row.substr(0, nonce_bytes), row.substr(nonce_bytes), additional_data(name));
    if (value) return Secret(std::move(*value));
  }
  throw VaultFault(
      fmt::format("the key file does not open '{}' in {}: start with the key file that this folder "
                  "was made with "
                  "(--key-file), or restore the vault and its key from the same backup",
                  name, directory_.string()));
}

std::optional<Secret> RocksVault::get(std::string_view name) const {
  std::string row;
  const rocksdb::Status status = db_->Get({}, slice(name), &row);
  if (status.IsNotFound()) return std::nullopt;
  check(status, directory_);
  return open_row(name, row);
}

std::vector<std::string> RocksVault::names(std::string_view prefix) const {
  std::vector<std::string> names;
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator({}));
  for (row->Seek(slice(prefix)); row->Valid() && row->key().starts_with(slice(prefix));
       row->Next()) {
    if (row->key() != slice(format_key)) names.push_back(row->key().ToString());
  }
  check(row->status(), directory_);
  return names;
}

void RocksVault::put(std::string_view name, const Secret& value) {
  const auto nonce = random_.bytes<nonce_bytes>();
  std::string row(text_of(nonce));
  row += seal(key_, text_of(nonce), value.reveal(), additional_data(name));
  check(db_->Put(synced(), slice(name), row), directory_);
  if (name == log_id_name) log_id_ = value.reveal();
}

void RocksVault::erase(std::string_view name) {
  check(db_->Delete(synced(), slice(name)), directory_);
}

}  // namespace optare
