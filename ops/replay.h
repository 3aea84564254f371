// The whole log again, from its first record, into fresh projections.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/kafka/client.h"
#include "core/log/event_log.h"
#include "core/openssl/random.h"
#include "core/rocksdb/rocksdb_store.h"
#include "core/system_clock/system_clock.h"
#include "ops/first_start.h"
#include "ops/local_commands.h"
#include "ops/progress.h"
#include "projections/follow.h"

namespace optare {

// A data folder as a reader sees it, beside a running server. Opens the view before the log, so
// that the log holds everything that the view reflects. Throws VaultFault, LogFault, StoreFault.
class ReadOnlyFolder {
 public:
  ReadOnlyFolder(const Config& config, Clock& clock, Random& random);

  RocksResources resources;
  std::unique_ptr<const KafkaConnection> connection;  // null: embedded
  std::unique_ptr<Vault> vault;  // on Kafka the brokers have to be there for it
  Identity identity;
  RocksStore view;
  std::unique_ptr<EventLog> log;
};

// The name of a folder for a replay, that does not exist yet.
std::filesystem::path scratch_folder(Random& random);

// The log as the data folder has it: the embedded one, or the mirror of Kafka's topics, which is
// only read, and may end before the view: it is written without waiting for the disk. Throws
// LogFault.
std::unique_ptr<EventLog> stored_log(const Config& config, OpenMode mode,
                                     const RocksResources& resources, const Clock& clock,
                                     Random& random);

// Says on stderr what the log lacks of what the view was made from, and what to do; the exit code.
int refuse_short_log(const Config& config, const Rejection& missing);

// How far to replay: up to where the folder's own view is, or to a moment of the past.
using ReplayEnd = std::variant<std::monostate, ReplayPoint>;

class Replay {
 public:
  // `scratch`: a folder that does not exist yet; removed at the end.
  Replay(const ReadOnlyFolder& folder, std::filesystem::path scratch, Clock& clock);
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // Told of each record that does not count, while it runs. None: nobody is.
  std::function<void(const VoidRecord&)> on_void = nullptr;
  // Errors: conflict, when the log stops a node; the detail says why.
  [[nodiscard]] Result<void> run(const ReplayEnd& end, Progress& progress);

  struct Counts {
    std::uint64_t records = 0;
    std::uint64_t commits = 0;
    std::uint64_t voids = 0;
  };
  Counts counts() const;
  const RocksStore& store() const { return *store_; }
  const LiveStates& states() const { return *states_; }

 private:
  const ReadOnlyFolder& folder_;
  std::filesystem::path scratch_;
  Clock& clock_;
  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<LiveStates> states_;
};

// A replay of a data folder that tells on stderr how far it is.
struct SpokenReplay {
  explicit SpokenReplay(const Config& config)
      : folder(config, clock, random), replay(folder, scratch_folder(random), clock) {}

  SystemClock clock;
  SystemRandom random;
  Progress progress = spoken_progress();
  const ReadOnlyFolder folder;
  Replay replay;
};

// What differs between two views; last-used times and versions of projections aside.
struct RowDifference {
  std::string table;
  std::string key;   // printable
  std::string what;  // "only in the view", "only in the replay", "not the same"
};
struct Comparison {
  std::uint64_t rows = 0;
  std::uint64_t different = 0;
  std::vector<RowDifference> first;  // at most differences_shown_max
};
constexpr std::size_t differences_shown_max = 20;
Comparison compare_views(const Store& view, const Store& replayed);

}  // namespace optare
