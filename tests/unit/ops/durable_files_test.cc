// The key file and admin.json are on the disk before anything is written that needs them: the disk
// sees what is synced, in which order, and may refuse.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>
#include <set>

#include "commands/system/genesis.h"
#include "core/oauth/client_secret.h"
#include "core/openssl/random.h"
#include "core/rocksdb/key_file.h"
#include "ops/files.h"
#include "ops/node.h"
#include "tests/support/fake_clock.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_directory.h"

namespace optare {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t text_bytes_max = 4096;  // files that are longer are not looked into

// What the disk was asked to keep.
struct Sync {
  fs::path path;                // the name that the file had then
  std::string text;             // of a small file
  std::set<std::string> names;  // in a folder
};

// Watches every sync of this process while it lives. Thread: safe.
class Disk {
 public:
  Disk() { watch(this); }
  ~Disk() { watch(nullptr); }
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  std::vector<Sync> syncs() const {
    const std::scoped_lock lock(mutex_of_all());
    return syncs_;
  }
  // Asked before each sync: true makes it fail.
  std::function<bool(const fs::path&)> fails = nullptr;

  // In place of fsync and fdatasync, whose number is `call`.
  static int sync(int file, long call) {
    std::error_code error;
    const fs::path path = fs::read_symlink(fs::path("/proc/self/fd") / std::to_string(file), error);
    const std::scoped_lock lock(mutex_of_all());
    Disk* disk = watching();
    if (disk != nullptr && disk->fails && disk->fails(path)) {
      errno = EIO;
      return -1;
    }
    const int done = static_cast<int>(::syscall(call, file));
    if (disk != nullptr && done == 0) disk->syncs_.push_back(seen(path));
    return done;
  }

 private:
  static std::mutex& mutex_of_all() {
    static std::mutex mutex;
    return mutex;
  }
  static Disk*& watching() {
    static Disk* disk = nullptr;
    return disk;
  }
  static void watch(Disk* disk) {
    const std::scoped_lock lock(mutex_of_all());
    watching() = disk;
  }
  static Sync seen(const fs::path& path) {
    Sync sync{.path = path, .text = {}, .names = {}};
    std::error_code error;
    if (fs::is_directory(path, error)) {
      for (const auto& entry : fs::directory_iterator(path, error))
        sync.names.insert(entry.path().filename());
    } else if (fs::file_size(path, error) <= text_bytes_max) {
      sync.text = file_text(path);
    }
    return sync;
  }

  std::vector<Sync> syncs_;
};

// The sync after which a loss of power leaves the whole text under its name: first the file, while
// it has another name, then the folder. A name that comes first may stand for nothing.
std::optional<std::size_t> durable_from(const std::vector<Sync>& syncs, const fs::path& file) {
  const std::string text = file_text(file);
  bool written = false;
  for (std::size_t i = 0; i < syncs.size(); ++i) {
    if (syncs[i].path == file) return std::nullopt;
    if (!text.empty() && syncs[i].text == text) written = true;
    if (syncs[i].path == file.parent_path() && syncs[i].names.contains(file.filename()))
      return written ? std::optional(i) : std::nullopt;
  }
  return std::nullopt;
}

// The first write to the store in this folder that holds `text`.
std::optional<std::size_t> first_write(const std::vector<Sync>& syncs, const fs::path& folder,
                                       std::string_view text = "") {
  const auto found = std::ranges::find_if(syncs, [&](const Sync& sync) {
    return sync.path.parent_path() == folder && sync.path.extension() == ".log" &&
           sync.text.contains(text);
  });
  if (found == syncs.end()) return std::nullopt;
  return static_cast<std::size_t>(found - syncs.begin());
}
std::optional<std::size_t> genesis_written(const std::vector<Sync>& syncs, const fs::path& data) {
  return first_write(syncs, log_folder(data), Genesis::name);
}

class DurableFiles : public testing::Test {
 protected:
  Result<std::unique_ptr<Node>> open() {
    NodeOptions options;
    options.data = data;
    options.key_file = key_file;
    options.issuer = "http://127.0.0.1:8080";
    options.disk_reserve_bytes = 0;
    return Node::open(std::move(options), clock, random, lines, progress);
  }
  bool starts() {
    try {
      return open().has_value();
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  // Of the files and folders that are written without RocksDB.
  bool ours(const fs::path& path) const {
    return path == folder.path() || path == data || path.extension() == ".new";
  }

  TemporaryDirectory folder;
  const fs::path data = folder / "data";
  const fs::path key_file = folder / "data.key";
  const fs::path admin_file = admin_file_of(data);
  FakeClock clock;
  SystemRandom random;
  LogLines lines{LogLevel::error, -1};
  Progress progress;
};

TEST_F(DurableFiles, AreSyncedUnderAnotherNameAndThenUnderTheirOwn) {
  const Disk disk;
  write_file_durably(folder / "a", "text", 0600);
  EXPECT_TRUE(durable_from(disk.syncs(), folder / "a"));
  write_file_durably(folder / "a", "other", 0600);
  EXPECT_EQ(disk.syncs().size(), 4U) << "a file that is there is replaced in the same way";
  load_or_create_key_encryption_key(key_file, random);
  EXPECT_TRUE(durable_from(disk.syncs(), key_file));
}

TEST_F(DurableFiles, AreThereBeforeTheFirstStartWritesWhatNeedsThem) {
  const Disk disk;
  ASSERT_TRUE(open());
  const auto key = durable_from(disk.syncs(), key_file);
  const auto vault = first_write(disk.syncs(), vault_folder(data));
  ASSERT_TRUE(key && vault);
  EXPECT_LT(*key, *vault) << "without the key nobody reads the vault";
  const auto admin = durable_from(disk.syncs(), admin_file);
  const auto genesis = genesis_written(disk.syncs(), data);
  ASSERT_TRUE(admin && genesis);
  EXPECT_LT(*admin, *genesis) << "without the file nobody knows the administrator's secret";
}

// Each sync fails in its turn: nothing is begun, and the next start ends with files that open.
TEST_F(DurableFiles, ThatMayBeLostBeginNothing) {
  bool failed = true;
  int failing = 0;
  for (; failed; ++failing) {
    SCOPED_TRACE(failing);
    for (const fs::path& left : {data, key_file}) fs::remove_all(left);
    failed = false;
    {
      int asked = 0;
      Disk disk;
      disk.fails = [&](const fs::path& path) {
        if (!ours(path)) return false;
        failed = failed || asked++ == failing;
        return failed;
      };
      EXPECT_EQ(starts(), !failed);
      EXPECT_NE(genesis_written(disk.syncs(), data).has_value(), failed);
    }
    const auto node = open();
    ASSERT_TRUE(node) << node.error().detail;
    const std::string admin = file_text(admin_file);
    const auto row = (*node)->states.application(ClientId(json_member(admin, "client_id")));
    EXPECT_TRUE(matching_secret(json_member(admin, "client_secret"), row.get(), clock.wall()));
  }
  EXPECT_GT(failing, 5) << "the key file, admin.json, and their folders";
}

}  // namespace
}  // namespace optare

// The program's own come before the C library's, for RocksDB too.
extern "C" int fsync(int file) { return optare::Disk::sync(file, SYS_fsync); }
extern "C" int fdatasync(int file) { return optare::Disk::sync(file, SYS_fdatasync); }
