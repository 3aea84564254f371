// events export --issuance: of the spool in the data folder, or of the topic of all nodes.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "core/base/encoding.h"
#include "core/issuance/collector.h"
#include "core/issuance/reader.h"
#include "core/kafka/topic_admin.h"
#include "core/kafka/topic_reader.h"
#include "core/rocksdb/embedded_log.h"
#include "core/system_clock/system_clock.h"
#include "ops/cli/failure.h"
#include "ops/kafka_backing.h"
#include "ops/local_commands.h"
#include "ops/node.h"

namespace optare {
namespace {

namespace json = boost::json;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds fetch_wait{100};
constexpr std::chrono::seconds silence_max{30};  // then the brokers are given up; ours
constexpr std::uint64_t findings_said_max = 20;

// `line` says where it was found.
void print_token(json::object line, const schema::IssuanceBatchT& batch, std::uint64_t number,
                 const schema::IssuedTokenT& token) {
  line["node_id"] = batch.node_id;
  line["start_id"] = hex(batch.start_id);
  line["number"] = number;
  line["jti"] = token.jti;
  line["client_id"] = token.client_id;
  line["api_id"] = token.api_id;
  line["scope"] = token.scopes;
  line["kid"] = token.kid;
  line["issued_at"] = rfc3339(timestamp_of(token.issued_at));
  line["expires_at"] = rfc3339(timestamp_of(token.expires_at));
  line["view"] = token.view_ordinal;
  line["request_id"] = token.request_id;
  std::cout << json::serialize(line) << '\n';
}

int not_whole(const std::string& detail) {
  return print_failure(std::cerr, {.exit = ExitCode::refused,
                                   .title = "the issuance records are not whole",
                                   .detail = detail,
                                   .advice = "Compare with an earlier export, or with a back-up."});
}

int export_spool(const Config& config, const ExportIssuanceOptions& options) {
  if (const auto exit = nothing_there(config)) return *exit;
  SystemClock clock;
  const RocksResources resources;
  EmbeddedLogOptions spool;
  spool.directory = spool_folder(config.data);
  spool.mode = OpenMode::read_only;
  spool.tail_records_max = 0;
  const EmbeddedLog log(resources, clock, spool);
  IssuanceReader reader(log);
  std::uint64_t tokens = 0;
  for (;;) {
    const auto batch = reader.next();
    if (!batch) return not_whole(batch.error().detail);
    if (!*batch) break;
    const std::uint64_t batch_number = reader.offset();  // the first batch is 1
    std::uint64_t number = (*batch)->first_number;
    const bool wanted =
        batch_number > options.after && (!options.until || batch_number <= *options.until);
    for (const auto& token : (*batch)->tokens) {
      if (wanted) print_token({{"batch", batch_number}}, **batch, number, *token);
      ++number;
      ++tokens;
    }
  }
  std::cout.flush();
  fmt::print(stderr, "verified: {} records in {} batches, nothing missing; head {}\n", tokens,
             reader.offset(), hex(reader.head()));
  return code_of(ExitCode::ok);
}

// All partitions of the topic, one after the other: a node may have gone from any of them to any
// other.
class TopicExport {
 public:
  TopicExport(KafkaConnection connection, std::string topic)
      : connection_(std::move(connection)), topic_(std::move(topic)) {}

  // Everything that they hold when called. Errors: unavailable.
  Result<void> read(int partitions) {
    // All ends before the first record: a node that moves meanwhile does not go from a partition
    // that was read to one that will be.
    std::vector<std::uint64_t> ends;
    for (int partition = 0; partition < partitions; ++partition) {
      TopicReader reader(connection_, topic_, fetch_wait, partition);
      const auto end = reader.end(silence_max);
      if (!end) return reject(Code::unavailable, reader.fault());
      ends.push_back(*end);
    }
    for (int partition = 0; const std::uint64_t end : ends)
      if (auto done = read(partition++, end); !done) return done;
    return {};
  }
  // What was seen, on stderr; the exit code.
  int finish() {
    for (const std::string& gap : collector_.gaps()) say(gap);
    std::cout.flush();
    fmt::print(stderr, "{}: {} records in {} batches, {} more batches stood there again\n",
               findings_ == 0 ? "verified, nothing missing" : "not whole", collector_.tokens(),
               collector_.batches(), collector_.repeated());
    if (findings_ == 0) return code_of(ExitCode::ok);
    return not_whole(fmt::format("{} findings, see above", findings_));
  }

 private:
  Result<void> read(int partition, std::uint64_t end) {
    TopicReader reader(connection_, topic_, fetch_wait, partition);
    const auto bounds = reader.bounds(silence_max);
    if (!bounds) return reject(Code::unavailable, reader.fault());
    collector_.begin_partition(partition, bounds->begin > 0);
    auto heard_at = Steady::now();
    while (reader.position() < end) {
      const bool got = reader.poll(
          fetch_wait, [&](const TopicReader::Record& record) { take(partition, record); });
      if (got) heard_at = Steady::now();
      if (Steady::now() - heard_at > silence_max)
        return reject(Code::unavailable,
                      reader.fault().empty() ? "nothing comes from the brokers" : reader.fault());
    }
    return {};
  }
  void take(int partition, const TopicReader::Record& record) {
    const auto batch = collector_.take(record.offset, record.value.value_or(""));
    if (!batch) return say(batch.error().detail);
    if (!*batch) return;
    std::uint64_t number = (*batch)->first_number;
    for (const auto& token : (*batch)->tokens)
      print_token({{"partition", partition}, {"offset", record.offset}}, **batch, number++, *token);
  }
  void say(const std::string& finding) {
    if (++findings_ <= findings_said_max) fmt::print(stderr, "{}\n", finding);
  }

  const KafkaConnection connection_;
  const std::string topic_;
  IssuanceCollector collector_;
  std::uint64_t findings_ = 0;
};

int export_topic(const Config& config) {
  const auto unavailable = [](const std::string& detail) {
    return print_failure(std::cerr, {.exit = ExitCode::unavailable,
                                     .title = "the issuance topic cannot be read",
                                     .detail = detail,
                                     .advice = {}});
  };
  const KafkaOptions options = *node_options(config).kafka;
  const TopicAdmin admin(connection_of(options));
  const auto found = admin.look();
  if (!found) return unavailable(found.error().detail);
  const std::string name = admin.names().issuance;
  const auto topic = std::ranges::find(found->topics, name, &FoundTopic::name);
  if (topic->partitions == 0) return unavailable(fmt::format("there is no topic {}", name));
  TopicExport exported(connection_of(options), name);
  if (const auto read = exported.read(topic->partitions); !read)
    return unavailable(read.error().detail);
  return exported.finish();
}

}  // namespace

int export_issuance(const Config& config, const ExportIssuanceOptions& options) {
  return options.from_topic ? export_topic(config) : export_spool(config, options);
}

}  // namespace optare
