// The view on disk. One column family; a table is a first byte.
#pragma once

#include <filesystem>

#include "core/ports/store.h"
#include "core/rocksdb/instance.h"

namespace optare {

class RocksStore final : public Store {
 public:
  // Throws StoreFault: cannot be opened, is in use, holds another format. `resources` outlives
  // this.
  RocksStore(const RocksResources& resources, std::filesystem::path directory,
             OpenMode mode = OpenMode::write);
  ~RocksStore() override;
  RocksStore(const RocksStore&) = delete;
  RocksStore& operator=(const RocksStore&) = delete;

  std::optional<std::string> get(Table table, std::string_view key) const override;
  void scan(Table table, std::string_view from,
            const std::function<bool(std::string_view key, std::string_view value)>& visit)
      const override;
  // After a fault (a full disk) reads go on, and later writes open the files again as soon as that
  // is possible. The one that did so throws, too: what is in the files may be older than what was
  // read before, so whoever writes looks again first.
  void write(const StoreBatch& batch) override;
  void clear(Table table) override;
  void sync() override;
  void expect_much(bool much) override;
  std::uint64_t bytes() const;
  // The last write failed for lack of room. Thread: any.
  bool full() const { return instance_.full(); }
  // Why it takes no writes; empty when it does. Thread: any.
  std::string fault() const { return instance_.fault(); }

 private:
  void require_writable();                            // throws StoreFault
  void check(const rocksdb::Status& status) const;    // throws StoreFault
  void check_written(const rocksdb::Status& status);  // throws StoreFault
  RocksInstance::Use use() const;                     // throws StoreFault
  const RocksResources& resources_;
  RocksInstance instance_;
  bool much_ = false;  // expected
};

}  // namespace optare
