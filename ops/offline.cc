// The commands that work on the data folder itself: init, bootstrap-admin, projections rebuild.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <iostream>

#include "commands/system/bootstrap_admin.h"
#include "core/oauth/client_secret.h"
#include "core/openssl/random.h"
#include "core/rocksdb/rocksdb_vault.h"
#include "core/system_clock/system_clock.h"
#include "ops/cli/failure.h"
#include "ops/local_commands.h"
#include "ops/node.h"
#include "ops/replay.h"
#include "projections/applied.h"
#include "projections/catalogue.h"
#include "projections/rebuild.h"

namespace optare {
namespace {

namespace json = boost::json;

int refused(const Rejection& rejection) { return print_failure(std::cerr, failure_of(rejection)); }

Task<Result<Committed>> create_admin(Node& node, ClientId client, std::string digest) {
  BootstrapAdmin command;
  command.client = std::move(client);
  command.secret = {SecretId(node.random.id("sec_")), std::move(digest)};
  CommandOrigin origin;
  origin.actor = {ActorType::system, "bootstrap-admin"};
  co_return co_await handle(node.runner, std::move(command), std::move(origin));
}

Result<Committed> run_to_end(Task<Result<Committed>> task) {
  boost::asio::io_context context;
  std::optional<Result<Committed>> result;
  boost::asio::co_spawn(context, std::move(task),
                        [&](const std::exception_ptr& fault, Result<Committed> done) {
                          if (fault) std::rethrow_exception(fault);
                          result = std::move(done);
                        });
  context.run();
  return *std::move(result);
}

}  // namespace

std::optional<int> nothing_there(const Config& config) {
  const bool on_kafka = config.log == "kafka";
  const bool view = std::filesystem::exists(view_folder(config.data) / "CURRENT");
  if (on_kafka ? view : RocksVault::exists(vault_folder(config.data))) return std::nullopt;
  Failure failure{.exit = ExitCode::not_found,
                  .title = fmt::format("{} holds no Optare", config.data),
                  .detail = {},
                  .advice = "Name the folder with --data, or make one with `optare init`."};
  if (!on_kafka && view) {
    failure.title = fmt::format("{} has no vault", config.data);
    failure.advice =
        "Say --log kafka and which brokers if it is of a node on Kafka, else restore it from a "
        "back-up.";
  }
  return print_failure(std::cerr, failure);
}

int init(const Config& config, const std::string& admin_file) {
  // On Kafka much is made that is worth a line.
  LogLines lines(config.log == "kafka" ? LogLevel::info : LogLevel::error);
  Progress progress = spoken_progress();
  SystemClock clock;
  SystemRandom random;
  NodeOptions options = node_options(config);
  options.may_begin = true;
  options.admin_file = admin_file;
  if (admin_file.empty()) options.admin_file = admin_file_of(config.data);
  const auto file = options.admin_file;
  const std::string place =
      options.kafka ? fmt::format("the topics {}.*", options.kafka->topic_prefix) : config.data;
  // Brokers that are away are waited for; who waits wants to know for what.
  if (options.kafka) fmt::print(stderr, "Asking the brokers {}\n", options.kafka->brokers);
  const auto node = Node::open(std::move(options), clock, random, lines, progress);
  if (!node && node.error().code == Code::conflict) return refused(node.error());
  if (!node) return print_failure(std::cerr, not_started(node.error()));
  if ((*node)->began())
    fmt::print("Made: {} (issuer {}); the administrator's credentials: {}\n", place,
               (*node)->issuer(), file.string());
  else
    fmt::print("Already there: {} (issuer {}); nothing was made, no credentials were written\n",
               place, (*node)->issuer());
  return code_of(ExitCode::ok);
}

int bootstrap_admin(const Config& config) {
  // A node on Kafka may begin with an empty folder: it reads all there is.
  if (config.log != "kafka") {
    if (const auto exit = nothing_there(config)) return *exit;
  }
  LogLines lines(LogLevel::error);
  Progress progress = spoken_progress();
  SystemClock clock;
  SystemRandom random;
  const auto node = Node::open(node_options(config), clock, random, lines, progress);
  if (!node) return print_failure(std::cerr, not_started(node.error()));
  const AdminCredentials admin = new_administrator((*node)->issuer(), random);
  const auto created =
      run_to_end(create_admin(**node, admin.client, client_secret_digest(admin.secret.reveal())));
  if (!created) return refused(created.error());
  write_admin_file(admin_file_of(config.data), admin);
  fmt::print("Made administrator {}; its credentials: {}\n", admin.client.text(),
             admin_file_of(config.data).string());
  return code_of(ExitCode::ok);
}

int projections_rebuild(const Config& config, const RebuildOptions& options) {
  if (const auto exit = nothing_there(config)) return *exit;
  SystemClock clock;
  const RocksResources resources;
  // Opened for writing: a server that runs has it locked, and this says so.
  RocksStore store(resources, view_folder(config.data));
  SystemRandom random;
  const auto log = stored_log(config, OpenMode::write, resources, clock, random);
  // What is cleared has to be made again.
  if (const auto held = holds_what_was_applied(*log, store); !held)
    return refuse_short_log(config, held.error());
  std::set<std::string> names;
  if (options.projection.empty())
    for (const Projection* projection : catalogue()) names.emplace(projection->name());
  else
    names.insert(options.projection);
  Progress progress = spoken_progress();
  std::uint64_t commits = 0;
  const auto began = clock.boottime();
  const auto rebuilt = rebuild(store, *log, names, [&](const RebuildProgress& state) {
    commits = state.done;
    progress.report("rebuilding", "commits", state.done, state.total);
  });
  if (!rebuilt) return refused(rebuilt.error());
  const double seconds = static_cast<double>((clock.boottime() - began).count()) / 1000;
  const double rate = seconds > 0 ? static_cast<double>(commits) / seconds : 0;
  if (options.json)
    std::cout << json::serialize(json::object{{"commits", commits}, {"seconds", seconds}}) << '\n';
  else
    fmt::print("Rebuilt from {} commits in {:.3f} s ({:.0f} a second)\n", commits, seconds, rate);
  return code_of(ExitCode::ok);
}

}  // namespace optare
