// The commands that need no server, and those that are one.
#include "ops/cli/local.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <ostream>

#include "core/base/parse.h"
#include "ops/cli/command.h"
#include "ops/cli/completion.h"
#include "ops/cli/output.h"
#include "ops/local_commands.h"

namespace optare {
namespace {

constexpr std::array<std::string_view, 5> offline_settings{"data", "key_file", "block_cache_mib",
                                                           "log_level", "log"};

void add_setting(CLI::App& command, const Setting& setting,
                 const std::shared_ptr<NamedValues>& flags) {
  auto help = std::string(setting.help);
  if (!setting.bounds.empty()) help += fmt::format(" ({})", setting.bounds);
  if (!setting.default_text.empty()) help += fmt::format(" [{}]", setting.default_text);
  const std::string name(setting.name);
  command
      .add_option_function<std::string>(
          setting.flag(),
          [flags, name](const std::string& text) { flags->emplace_back(name, text); }, help)
      ->type_name(fmt::format("{}", setting.type))
      ->group("Settings");
}

void add_config_file(CLI::App& command, std::string& file) {
  command.add_option("--config", file, "file with lines `name = value`; else OPTARE_CONFIG")
      ->group("Settings");
}

struct Serve {
  LocalOptions local;
  bool print_config = false;
  bool print_reference = false;
};

CliResult<int> run_serve(const Cli& cli, const Serve& options) {
  if (options.print_reference) {
    cli.terminal.out << config_reference();
    return code_of(ExitCode::ok);
  }
  TRY(const auto config, options.local.load(cli));
  if (options.print_config) {
    cli.terminal.out << print_config(config);
    return code_of(ExitCode::ok);
  }
  return serve(config);
}

struct Replay {
  LocalOptions local;
  bool verify = false;
  std::string until;
  std::string application_id;
};

CliResult<ReplayPoint> point_of(const std::string& text) {
  if (const auto position = parse_number<std::uint64_t>(text)) return ReplayPoint(*position);
  const auto time = parse_rfc3339(text);
  if (time) return ReplayPoint(*time);
  return fail(ExitCode::usage, fmt::format("--until {}: neither a position nor a time", text), {},
              "Give a control ordinal, or a time as 2026-03-03T12:00:00Z.");
}

CliResult<int> run_replay(const Cli& cli, const Replay& options) {
  ReplayOptions replay_options{.verify = options.verify,
                               .until = {},
                               .application_id = options.application_id,
                               .json = cli.json};
  if (!options.until.empty()) {
    TRY(replay_options.until, point_of(options.until));
  }
  const bool show = replay_options.until && !options.application_id.empty();
  if (options.verify == show || (!options.verify && !show)) {
    return fail(
        ExitCode::usage, "say what to replay for", {},
        "optare replay --verify, or optare replay --until TIME|POSITION applications show ID");
  }
  TRY(const auto config, options.local.load(cli));
  return replay(config, replay_options);
}

struct ListProjections {
  std::string ops_url = "http://127.0.0.1:9090";
};

CliResult<void> list_projections(const Cli& cli, const ListProjections& options) {
  const auto response = HttpClient(cli.http_options()).send({.url = options.ops_url + "/readyz"});
  if (!response) return std::unexpected(no_answer(response.error()));
  boost::json::error_code error;
  const auto json = boost::json::parse(response->body, error);
  const auto* projections =
      !error && json.is_object() ? json.get_object().if_contains("projections") : nullptr;
  // 503 is an answer here: not ready, and why.
  if (projections == nullptr || !projections->is_array())
    return std::unexpected(failure_of(*response));
  if (cli.json) {
    cli.terminal.out << response->body << '\n';
    return {};
  }
  TextTable table({"PROJECTION", "VERSION", "POSITION", "LAG", "STATE"});
  for (const auto& row : projections->get_array()) {
    const auto cell = [&](const char* name) {
      const auto text = text_member(row, name);
      return text.empty() ? std::string("-") : text;
    };
    table.add({cell("name"), cell("version"), cell("position"), cell("lag"), cell("state")});
  }
  table.print(cli.terminal.out);
  return {};
}

struct Rebuild {
  LocalOptions local;
  std::string projection;
};

CliResult<int> run_rebuild(const Cli& cli, const Rebuild& options) {
  TRY(const auto config, options.local.load(cli));
  return projections_rebuild(config, {.projection = options.projection, .json = cli.json});
}

void add_replay(CLI::App& app, Cli& cli) {
  const auto [command, options] = add_command<Replay>(
      app, cli, "replay", "read the whole log again: to verify, or to see the past", run_replay);
  command->add_flag("--verify", options->verify,
                    "compare every row with fresh ones; exit 1 on any difference");
  command->add_option("--until", options->until, "a time (2026-03-03T12:00:00Z) or a position");
  options->local.add_offline(*command);
  CLI::App* applications = command->add_subcommand("applications", "applications as they were");
  applications->require_subcommand(1);
  applications->add_subcommand("show", "one application as it was")
      ->add_option("client_id", options->application_id, "the application (srv_...)")
      ->required();
}

void add_projections(CLI::App& app, Cli& cli) {
  CLI::App& group = *app.add_subcommand("projections", "what is made of the log");
  group.require_subcommand(1);
  const auto [all, listed] = add_command<ListProjections>(
      group, cli, "list", "each projection's position, lag and state", list_projections);
  all->add_option("--ops", listed->ops_url, "where ops_listen is")->capture_default_str();
  const auto [again, rebuild] = add_command<Rebuild>(
      group, cli, "rebuild", "make one (or all) again from the journal; the server is stopped",
      run_rebuild);
  again->add_option("projection", rebuild->projection, "its name; all when left out");
  rebuild->local.add_offline(*again);
}

struct Completion {
  std::string shell;
};

}  // namespace

void LocalOptions::add_all(CLI::App& command) {
  add_config_file(command, config_file);
  for (const Setting& setting : settings()) add_setting(command, setting, flags);
}

void LocalOptions::add_offline(CLI::App& command) {
  add_config_file(command, config_file);
  for (const Setting& setting : settings()) {
    if (setting.name.starts_with("kafka_") ||
        std::ranges::find(offline_settings, setting.name) != offline_settings.end())
      add_setting(command, setting, flags);
  }
}

CliResult<Config> LocalOptions::load(const Cli& cli) const {
  const auto config =
      load_config({.flags = *flags, .environment = cli.terminal.environment, .file = config_file});
  if (config) return *config;
  return fail(ExitCode::usage, "the configuration is wrong", config.error().detail,
              "`optare serve --help` says what there is.");
}

void add_local_commands(CLI::App& app, Cli& cli) {
  const auto [server, serving] = add_command<Serve>(app, cli, "serve", "run Optare", run_serve);
  server->add_flag("--print-config", serving->print_config, "show the configuration and end");
  server->add_flag("--print-reference", serving->print_reference,
                   "show all settings as a Markdown table and end");
  serving->local.add_all(*server);

  const auto [first, making] = add_command<LocalOptions>(
      app, cli, "init",
      "make keys, genesis and the first administrator (on Kafka the topics, too), without serving",
      [](const Cli& c, const LocalOptions& options) -> CliResult<int> {
        TRY(const auto config, options.load(c));
        return init(config, c.credentials_file);
      });
  making->add_all(*first);

  const auto [lost, found] = add_command<LocalOptions>(
      app, cli, "bootstrap-admin",
      "a new administrator in DIR/admin.json, for lost credentials; the server is stopped",
      [](const Cli& c, const LocalOptions& options) -> CliResult<int> {
        TRY(const auto config, options.load(c));
        return bootstrap_admin(config);
      });
  found->add_offline(*lost);

  add_replay(app, cli);
  add_projections(app, cli);
  add_command<Completion>(app, cli, "version", "the version of this program",
                          [](const Cli& c, const Completion&) -> CliResult<void> {
                            c.terminal.out << "optare " OPTARE_VERSION "\n";
                            return {};
                          });
  const auto [script, shell] = add_command<Completion>(
      app, cli, "completion", "a completion script: source <(optare completion bash)",
      [&app](const Cli& c, const Completion& options) -> CliResult<void> {
        c.terminal.out << completion_script(app, options.shell);
        return {};
      });
  script->add_option("shell", shell->shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace optare
