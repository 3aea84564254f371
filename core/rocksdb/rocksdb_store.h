// The view on disk. One column family; a table is a first byte.
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <shared_mutex>

#include "core/ports/store.h"
#include "core/rocksdb/resources.h"

namespace optare {

class RocksStore final : public Store {
 public:
  // Throws StoreFault: cannot be opened, is in use, holds another format. `resources` outlives
  // this.
  RocksStore(const RocksResources& resources, std::filesystem::path directory,
             OpenMode mode = OpenMode::write);
  ~RocksStore() override;

  std::optional<std::string> get(Table table, std::string_view key) const override;
  void scan(Table table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit)
      const override;
  // After a fault (a full disk) a later write recovers by itself.
  void write(const StoreBatch& batch) override;
  void clear(Table table) override;
  void sync() override;
  std::uint64_t bytes() const;

 private:
  struct Listener;
  void open();
  void recover();  // throws StoreFault
  void check(const rocksdb::Status& status) const;
  rocksdb::DB& database() const;  // REQUIRES: the lock; throws StoreFault

  const RocksResources& resources_;
  const std::filesystem::path directory_;
  const OpenMode mode_;
  mutable std::shared_mutex mutex_;  // exclusive: closing and opening; shared: use
  std::shared_ptr<Listener> listener_;
  std::unique_ptr<rocksdb::DB> db_;
};

}  // namespace optare
