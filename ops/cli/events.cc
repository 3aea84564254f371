// optare events tail, events export.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>

#include "core/base/parse.h"
#include "ops/cli/command.h"
#include "ops/cli/local.h"
#include "ops/cli/output.h"
#include "ops/cli/sse.h"
#include "ops/local_commands.h"

namespace optare {
namespace {

namespace json = boost::json;

constexpr std::uint64_t export_page_items = 200;
constexpr Duration silence_max{60'000};  // heartbeats come more often
constexpr Duration wait_first{500};      // for a new stream, twice as long each time; ours
constexpr Duration wait_max{30'000};

std::uint64_t position_of(const json::value& event) {
  const auto* found = event.is_object() ? event.get_object().if_contains("position") : nullptr;
  if (found == nullptr) return 0;
  json::error_code error;
  const auto number = found->to_number<std::uint64_t>(error);
  if (!error) return number;
  return parse_number<std::uint64_t>(cell_text(*found)).value_or(0);
}

// One event as one line: for a person, or as it came.
void print_event(const Cli& cli, const json::value& event) {
  auto& out = cli.terminal.out;
  if (cli.json) {
    out << json::serialize(event) << '\n' << std::flush;
    return;
  }
  const auto* actor = event.is_object() ? event.get_object().if_contains("actor") : nullptr;
  const auto who = actor == nullptr ? std::string() : text_member(*actor, "id");
  out << fmt::format("{:>8}  {}  {:<22} {}  v{}  by {}", position_of(event),
                     printable(text_member(event, "time")), printable(text_member(event, "type")),
                     printable(text_member(event, "stream")),
                     printable(text_member(event, "version")),
                     who.empty() ? "optare" : printable(who))
      << '\n'
      << std::flush;  // Flushed: who follows wants it now.
}

struct Tail {
  std::optional<std::uint64_t> after;
  std::uint64_t count = 0;  // 0: without end
};

// The newest position: a tail begins with what happens from now on.
CliResult<std::uint64_t> newest_position(Client& client) {
  TRY(const auto answer, client.call({.path = "/events?after=0&limit=1"}));
  return parse_number<std::uint64_t>(answer.response.header("Optare-Position")).value_or(0);
}

CliResult<void> tail(const Cli& cli, const Tail& options) {
  TRY(auto client, cli.open());
  std::uint64_t after = 0;
  if (options.after) {
    after = *options.after;
  } else {
    TRY(after, newest_position(client));
  }
  std::uint64_t seen = 0;
  Duration wait = wait_first;
  std::string last_id;
  while (true) {
    SseParser parser([&](const ServerSentEvent& event) {
      wait = wait_first;
      if (!event.id.empty()) last_id = event.id;
      json::error_code error;
      const auto value = json::parse(event.data, error);
      if (error) return true;
      print_event(cli, value);
      return ++seen != options.count;
    });
    Call call{.path = fmt::format("/events?after={}", after),
              .headers = {{"Accept", "text/event-stream"}}};
    if (!last_id.empty()) call.headers.emplace_back("Last-Event-ID", last_id);
    const auto ended =
        client.stream(call, [&](std::string_view part) { return parser.feed(part); }, silence_max);
    if (options.count != 0 && seen >= options.count) return {};
    // A refusal stays one; a lost connection, a stop or a restart of the server does not end the
    // tail.
    if (!ended && ended.error().exit != ExitCode::unavailable)
      return std::unexpected(ended.error());
    cli.terminal.err << "the stream ended" << (ended ? "" : ": " + printable(ended.error().detail))
                     << "; again in " << wait.count() << " ms\n";
    cli.terminal.sleep(wait);
    wait = std::min(wait * 2, wait_max);
  }
}

struct Export {
  std::uint64_t after = 0;
  std::optional<std::uint64_t> until;
  std::string partition;
  bool issuance = false;
  bool topic = false;
  LocalOptions local;
};

CliResult<void> export_accepted(const Cli& cli, const Export& options) {
  TRY(auto client, cli.open());
  std::uint64_t after = options.after;
  while (true) {
    auto target = fmt::format("/events?after={}&limit={}", after, export_page_items);
    if (!options.partition.empty()) target += "&partition=" + percent_encoded(options.partition);
    TRY(const auto page, client.call({.path = target}));
    const auto* items =
        page.json.is_object() ? page.json.get_object().if_contains("items") : nullptr;
    if (items == nullptr || !items->is_array() || items->get_array().empty()) return {};
    const auto before = after;
    for (const auto& event : items->get_array()) {
      const auto position = position_of(event);
      if (options.until && position > *options.until) return {};
      cli.terminal.out << json::serialize(event) << '\n';
      after = std::max(after, position);
    }
    if (after == before)
      return fail(ExitCode::internal, "the server's page of events goes nowhere");
  }
}

CliResult<int> export_events(const Cli& cli, const Export& options) {
  if (!options.issuance) {
    TRY_VOID(export_accepted(cli, options));
    return code_of(ExitCode::ok);
  }
  TRY(const auto config, options.local.load(cli));
  if (options.topic && config.log != "kafka")
    return fail(ExitCode::usage, "--topic: it is for log = kafka");
  return export_issuance(
      config, {.from_topic = options.topic, .after = options.after, .until = options.until});
}

}  // namespace

void add_event_commands(CLI::App& app, Cli& cli) {
  CLI::App& group = *app.add_subcommand("events", "accepted facts, in order");
  group.require_subcommand(1);

  const auto [follow, following] =
      add_command<Tail>(group, cli, "tail", "facts as they happen", tail);
  follow->add_option("--after", following->after,
                     "begin after this position; 0: from the start; left out: now");
  follow->add_option("--count", following->count, "end after so many");

  const auto [all, exported] = add_command<Export>(
      group, cli, "export", "facts (or issuance records), a JSON object a line", export_events);
  all->add_option("--after", exported->after, "begin after this position (issuance: batch)");
  all->add_option("--until", exported->until, "the last position (issuance: batch) wanted");
  all->add_option("--partition", exported->partition, "control (when left out) or tokens-00");
  all->add_flag("--issuance", exported->issuance, "issuance records, from the data folder itself");
  all->add_flag("--topic", exported->topic,
                "with --issuance: from the topic, those of all nodes (log = kafka)")
      ->needs("--issuance")
      ->excludes("--after")
      ->excludes("--until");
  exported->local.add_offline(*all);
}

}  // namespace optare
