// The commands that work on the data folder itself, without a server. Each prints for a person (or
// for a script, where it has `json`), writes errors to stderr and returns an exit code of
// ops/cli/exit_code.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/base/time.h"
#include "core/log/commit.h"
#include "ops/config.h"

namespace optare {

// For commands that begin nothing: says on stderr that the data folder holds no Optare, and is the
// exit code; nullopt when it does.
std::optional<int> nothing_there(const Config& config);

// Runs until SIGINT or SIGTERM.
int serve(const Config& config);
// Makes keys, genesis and the first administrator, and on Kafka the topics; does nothing where they
// are. Credentials go to `admin_file`, or, when that is empty, to DIR/admin.json.
int init(const Config& config, const std::string& admin_file);
// One more administrator, written to DIR/admin.json: for lost credentials. The server on this data
// folder is stopped.
int bootstrap_admin(const Config& config);

// A point in the past: a control ordinal, or a moment of log time.
using ReplayPoint = std::variant<std::uint64_t, Timestamp>;

struct ReplayOptions {
  bool verify =
      false;  // the whole log into fresh projections, each row compared with the live ones
  std::optional<ReplayPoint> until;
  std::string application_id;  // with `until`: the application to show as it was
  bool json = false;
};
int replay(const Config& config, const ReplayOptions& options);

struct RebuildOptions {
  std::string projection;  // empty: all
  bool json = false;
};
// The server is stopped.
int projections_rebuild(const Config& config, const RebuildOptions& options);

// Every issuance record, one JSON object a line; says on stderr whether the chain holds. Of the
// spool in the data folder those of the batches after `after` (they are numbered 1, 2, ...); or of
// the topic, where those of all nodes are, each once.
struct ExportIssuanceOptions {
  bool from_topic = false;
  std::uint64_t after = 0;
  std::optional<std::uint64_t> until;
};
int export_issuance(const Config& config, const ExportIssuanceOptions& options);

// Moves the embedded deployment in `from_data`, whose server is stopped, into the log that the
// configuration names, which is empty or got a part of it before.
struct ImportOptions {
  std::string from_data = "./data";
  std::string from_key_file;  // empty: beside the folder, as always
  bool json = false;
};
int log_import(const Config& config, const ImportOptions& options);

// Lists the records that do not count, with what can be said of who wrote them; also beside a
// running server. A JSON object a line, or a table.
struct VoidOptions {
  std::optional<Partition> partition;  // none: all
  std::optional<std::uint64_t> after;  // behind this offset; none: from the start
  std::uint64_t limit = 100;           // of each partition
  bool json = false;
};
int log_void(const Config& config, const VoidOptions& options);

}  // namespace optare
