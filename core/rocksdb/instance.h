// One RocksDB instance that outlives faults of its disk.
//
// After a failed write nobody knows what is in its files, or in its memory: it is closed and opened
// again. While its disk is full that cannot be done for writing; then what is in the files is read
// as it is, until it can.
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <expected>
#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "core/rocksdb/resources.h"

namespace optare {

// Thread: `use` and what is asked from any; `open`, `note` and `reopen` one at a time.
class RocksInstance {
 public:
  struct Settings {
    std::filesystem::path directory;
    OpenMode mode = OpenMode::write;
    std::string_view format;
    std::string_view when_damaged;  // what to do then; empty: nothing is known to help
    std::size_t memtable_bytes = 0;
    void (*tune)(rocksdb::Options& options) = nullptr;  // what this instance has of its own
  };
  // The database, kept open while this lives; none when not even its files could be read.
  class Use {
   public:
    explicit operator bool() const { return db_ != nullptr; }
    rocksdb::DB& operator*() const { return *db_; }
    rocksdb::DB* operator->() const { return db_; }

   private:
    friend class RocksInstance;
    Use(std::shared_mutex& mutex, const std::unique_ptr<rocksdb::DB>& db)
        : lock_(mutex), db_(db.get()) {}
    std::shared_lock<std::shared_mutex> lock_;
    rocksdb::DB* db_;
  };
  using Opened = std::expected<void, std::string>;  // the error: a sentence for a person

  // Does not open it. `resources` outlives this.
  RocksInstance(const RocksResources& resources, Settings settings);
  ~RocksInstance();

  // The first time: in its mode, or not at all.
  Opened open();
  Use use() const;
  // What a write said: anything but ok means that it has to be opened again.
  void note(const rocksdb::Status& written);
  // It has to be opened again, for this reason.
  void fail(std::string reason);
  // Opens it again if it has to be. The error: it can be read at best, and is tried again at the
  // next call. Readers wait while what failed is closed.
  Opened reopen();

  // With `advice` when files are damaged.
  std::string text_of(const rocksdb::Status& status) const;
  std::string advice() const;  // ". ADVICE", behind a fault; empty when there is none

  const std::filesystem::path& directory() const { return settings_.directory; }
  bool writable() const;
  // What it lacked last, for a write or for being opened again, was room.
  bool full() const { return full_; }
  // Why it takes no writes; empty when it does, or was opened for reading.
  std::string fault() const;

 private:
  struct Listener;
  std::expected<std::unique_ptr<rocksdb::DB>, RocksRefusal> open_as(OpenMode mode);
  void close();

  const RocksResources& resources_;
  const Settings settings_;
  mutable std::shared_mutex mutex_;  // exclusive: closing and opening; shared: use
  std::unique_ptr<rocksdb::DB> db_;
  std::atomic<bool> for_writing_ = false;  // that is how `db_` is open
  std::atomic<bool> full_ = false;
  mutable std::mutex fault_mutex_;
  std::string fault_;
  std::shared_ptr<Listener> listener_;
};

}  // namespace optare
