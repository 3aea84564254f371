// optare log void: the records that do not count.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>
#include <map>

#include "core/base/encoding.h"
#include "core/log/imported.h"
#include "ops/cli/failure.h"
#include "ops/cli/output.h"
#include "ops/node.h"
#include "ops/replay.h"

namespace optare {
namespace {

namespace json = boost::json;

// What a record says of itself. Behind a wrong MAC anybody may have said it.
struct Claims {
  std::string kind;  // empty: not a frame
  std::optional<std::uint32_t> key_id;
  std::optional<Commit> commit;
};

Claims claims_of(std::string_view bytes) {
  const auto frame = parse_frame(bytes);
  if (!frame) return {};
  Claims claims{.kind = {}, .key_id = frame->key_id, .commit = {}};
  switch (frame->kind) {
    case FrameKind::commit:
      claims.kind = "commit";
      break;
    case FrameKind::tick:
      claims.kind = "tick";
      break;
    case FrameKind::imported:
      claims.kind = "imported";
      break;
  }
  if (const auto original = original_record(bytes)) {
    if (auto commit = decode_commit(original->commit)) claims.commit = *std::move(commit);
  }
  return claims;
}

bool authentic(VoidReason reason) {
  return reason != VoidReason::frame && reason != VoidReason::key && reason != VoidReason::mac;
}

// Of a record that was too long, or whose time no broker set, nothing was kept but where it stands.
bool kept(const LogRecord& record) { return !record.bytes.empty() || record.time != Timestamp{}; }

json::object json_of(const VoidRecord& found, const LogRecord& record) {
  const Claims claims = claims_of(record.bytes);
  json::object line{{"partition", partition_name(found.partition)},
                    {"offset", found.offset},
                    {"time", nullptr},
                    {"reason", void_reason_name(found.reason)},
                    {"bytes", nullptr},
                    {"authentic", authentic(found.reason)},
                    {"kind", nullptr},
                    {"key_id", nullptr},
                    {"commit_id", nullptr},
                    {"node_id", nullptr},
                    {"cause", nullptr},
                    {"request_id", nullptr}};
  if (kept(record)) {
    line["time"] = rfc3339(record.time);
    line["bytes"] = record.bytes.size();
  }
  if (!claims.kind.empty()) line["kind"] = claims.kind;
  if (claims.key_id) line["key_id"] = *claims.key_id;
  if (!claims.commit) return line;
  line["commit_id"] = hex(claims.commit->id);
  // Limited in length by the format, but not in what is in it, where somebody else wrote it.
  line["node_id"] = printable(claims.commit->node_id);
  line["cause"] = printable(claims.commit->cause);
  line["request_id"] = printable(claims.commit->request_id);
  return line;
}

class Listing {
 public:
  Listing(const ReadOnlyFolder& folder, const VoidOptions& options)
      : folder_(folder), options_(options) {}

  void add(const VoidRecord& found) {
    if (options_.partition && found.partition != *options_.partition) return;
    ++reasons_[found.reason];
    if (options_.after && found.offset <= *options_.after) return;
    if (listed_[found.partition]++ < options_.limit) print(found);
  }

  void end(std::uint64_t records) {
    if (!options_.json && rows_ > 0) table_.print(std::cout);
    std::cout.flush();
    std::uint64_t all = 0;
    std::string counts;
    for (const auto& [reason, count] : reasons_) {
      all += count;
      counts +=
          fmt::format("{}{} {}", counts.empty() ? ": " : ", ", void_reason_name(reason), count);
    }
    std::uint64_t left_out = 0;
    for (const auto& [partition, count] : listed_)
      left_out += count > options_.limit ? count - options_.limit : 0;
    fmt::print(
        stderr, "{} of {} records do not count{}{}\n", all, records, counts,
        left_out == 0 ? "" : fmt::format("; {} more behind these: --after, --limit", left_out));
  }

 private:
  void print(const VoidRecord& found) {
    const auto records = folder_.log->read(found.partition, found.offset, 1);
    const json::object line = json_of(found, records.at(0));
    if (options_.json) {
      std::cout << json::serialize(line) << '\n';
      return;
    }
    std::vector<std::string> cells;
    for (const char* name : {"partition", "offset", "time", "reason", "bytes", "authentic",
                             "key_id", "node_id", "cause", "commit_id"})
      cells.push_back(cell_text(line.at(name)));
    table_.add(std::move(cells));
    ++rows_;
  }

  const ReadOnlyFolder& folder_;
  const VoidOptions& options_;
  TextTable table_{{"PARTITION", "OFFSET", "TIME", "REASON", "BYTES", "AUTHENTIC", "KEY", "NODE",
                    "CAUSE", "COMMIT"}};
  std::size_t rows_ = 0;
  std::map<VoidReason, std::uint64_t> reasons_;
  std::map<Partition, std::uint64_t> listed_;
};

}  // namespace

int log_void(const Config& config, const VoidOptions& options) {
  if (const auto exit = nothing_there(config)) return *exit;
  SpokenReplay spoken(config);
  Replay& replay = spoken.replay;
  Listing listing(spoken.folder, options);
  replay.on_void = [&](const VoidRecord& found) { listing.add(found); };
  const auto done = replay.run(ReplayEnd(), spoken.progress);
  listing.end(replay.counts().records);
  if (done) return code_of(ExitCode::ok);
  return print_failure(std::cerr, {.exit = ExitCode::refused,
                                   .title = "the log cannot be read to its end",
                                   .detail = done.error().detail,
                                   .advice = {}});
}

}  // namespace optare
