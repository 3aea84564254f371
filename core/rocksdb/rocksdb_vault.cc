#include "core/rocksdb/rocksdb_vault.h"

#include <fmt/format.h>

namespace optare {
namespace {

constexpr std::string_view format = "optare vault 1";
constexpr std::size_t memtable_bytes = 256U << 10U;

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

RocksVault::RocksVault(const RocksResources& resources, std::filesystem::path directory,
                       Secret key_encryption_key, Random& random, OpenMode mode)
    : seal_(std::move(key_encryption_key), random),
      instance_(resources, {.directory = std::move(directory),
                            .mode = mode,
                            .format = format,
                            .when_damaged = "Restore it from the same back-up as the log",
                            .memtable_bytes = memtable_bytes}) {
  if (const auto opened = instance_.open(); !opened) throw VaultFault(opened.error());
  if (const auto log_id = get(log_id_name)) seal_.belong_to(log_id->reveal());
}

RocksVault::~RocksVault() = default;

bool RocksVault::exists(const std::filesystem::path& directory) {
  return std::filesystem::exists(directory / "CURRENT");
}

RocksInstance::Use RocksVault::use() const {
  RocksInstance::Use use = instance_.use();
  if (!use) throw VaultFault(instance_.fault());
  return use;
}

RocksInstance::Use RocksVault::use_to_write() {
  if (const auto opened = instance_.reopen(); !opened) throw VaultFault(opened.error());
  return use();
}

void RocksVault::check(const rocksdb::Status& status) const {
  if (!status.ok()) {
    throw VaultFault(fmt::format("{}: {}", instance_.directory().string(), status.ToString()));
  }
}

Secret RocksVault::open_row(std::string_view name, std::string_view row) const {
  if (auto value = seal_.open(name, row)) return *std::move(value);
  throw VaultFault(
      fmt::format("the key file does not open '{}' in {}: start with the key file that this folder "
                  "was made with "
                  "(--key-file), or restore the vault and its key from the same backup",
                  name, instance_.directory().string()));
}

std::optional<Secret> RocksVault::get(std::string_view name) const {
  std::string row;
  const rocksdb::Status status = use()->Get({}, slice(name), &row);
  if (status.IsNotFound()) return std::nullopt;
  check(status);
  return open_row(name, row);
}

std::vector<std::string> RocksVault::names(std::string_view prefix) const {
  std::vector<std::string> names;
  const auto db = use();
  const std::unique_ptr<rocksdb::Iterator> row(db->NewIterator({}));
  for (row->Seek(slice(prefix)); row->Valid() && row->key().starts_with(slice(prefix));
       row->Next()) {
    if (row->key() != slice(format_key)) names.push_back(row->key().ToString());
  }
  check(row->status());
  return names;
}

void RocksVault::put(std::string_view name, const Secret& value) {
  if (!seal_.belongs() && name != log_id_name) {
    throw VaultFault(fmt::format("{} has no log id, so it can hold nothing else",
                                 instance_.directory().string()));
  }
  const rocksdb::Status written =
      use_to_write()->Put(synced(), slice(name), seal_.row(name, value));
  instance_.note(written);
  check(written);
  if (name == log_id_name) seal_.belong_to(value.reveal());
}

void RocksVault::erase(std::string_view name) {
  const rocksdb::Status written = use_to_write()->Delete(synced(), slice(name));
  instance_.note(written);
  check(written);
}

}  // namespace optare
