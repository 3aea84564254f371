// RocksDB's files on a disk that fails when the test says so.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <optional>

namespace optare {

struct DiskFaults {
  std::atomic<bool> sync_fails =
      false;  // data is written, but no sync of a write-ahead log says so
  std::atomic<bool> append_fails = false;  // nothing more is written to any file: no space
  std::atomic<bool> create_fails = false;  // no new file is made: no space
  std::atomic<std::int64_t> free_bytes =
      -1;  // what the disk says is free; negative: what is really free
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using rocksdb::FileSystemWrapper::FileSystemWrapper;
  explicit FaultyFileSystem(DiskFaults& faults)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), faults_(faults) {}
  const char* Name() const override { return "FaultyFileSystem"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (faults_.append_fails || faults_.create_fails) return rocksdb::IOStatus::NoSpace();
    return wrap(FileSystemWrapper::NewWritableFile(name, options, file, debug), name, file);
  }
  rocksdb::IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    if (faults_.append_fails || faults_.create_fails) return rocksdb::IOStatus::NoSpace();
    return wrap(FileSystemWrapper::ReuseWritableFile(name, old_name, options, file, debug), name,
                file);
  }
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 std::uint64_t* free, rocksdb::IODebugContext* debug) override {
    if (faults_.free_bytes < 0) return FileSystemWrapper::GetFreeSpace(path, options, free, debug);
    *free = static_cast<std::uint64_t>(faults_.free_bytes.load());
    return rocksdb::IOStatus::OK();
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile>&& file, bool write_ahead_log, DiskFaults& faults)
        : FSWritableFileOwnerWrapper(std::move(file)),
          write_ahead_log_(write_ahead_log),
          faults_(faults) {}
    using FSWritableFileOwnerWrapper::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      if (faults_.append_fails) return rocksdb::IOStatus::NoSpace();
      return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& info,
                             rocksdb::IODebugContext* debug) override {
      if (faults_.append_fails) return rocksdb::IOStatus::NoSpace();
      return FSWritableFileOwnerWrapper::Append(data, options, info, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
      if (write_ahead_log_ && faults_.sync_fails) return rocksdb::IOStatus::IOError("sync failed");
      return FSWritableFileOwnerWrapper::Sync(options, debug);
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* debug) override {
      if (write_ahead_log_ && faults_.sync_fails) return rocksdb::IOStatus::IOError("sync failed");
      return FSWritableFileOwnerWrapper::Fsync(options, debug);
    }

   private:
    const bool write_ahead_log_;
    DiskFaults& faults_;
  };

  rocksdb::IOStatus wrap(rocksdb::IOStatus status, const std::string& name,
                         std::unique_ptr<rocksdb::FSWritableFile>* file) {
    if (status.ok())
      *file = std::make_unique<File>(std::move(*file), name.ends_with(".log"), faults_);
    return status;
  }
  DiskFaults& faults_;
};

// The environment over it, for RocksResources.
class FaultyDisk {
 public:
  DiskFaults faults;
  rocksdb::Env* env() { return env_.get(); }

 private:
  std::unique_ptr<rocksdb::Env> env_ =
      rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(faults));
};

}  // namespace optare
