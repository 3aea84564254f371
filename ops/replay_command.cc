// optare replay: verify the view against the log, or see the past.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "api/admin/application_json.h"
#include "ops/cli/failure.h"
#include "ops/node.h"
#include "ops/replay.h"
#include "projections/applied.h"

namespace optare {
namespace {

namespace json = boost::json;

int refused(const Rejection& rejection) {
  return print_failure(std::cerr, {.exit = ExitCode::refused,
                                   .title = "the log cannot be replayed",
                                   .detail = rejection.detail,
                                   .advice = {}});
}

void print_comparison(const Replay::Counts& counts, const Comparison& comparison, double seconds,
                      std::uint64_t position, bool as_json) {
  const double rate = seconds > 0 ? static_cast<double>(counts.commits) / seconds : 0;
  if (as_json) {
    json::array first;
    for (const RowDifference& row : comparison.first)
      first.push_back(json::object{{"table", row.table}, {"key", row.key}, {"what", row.what}});
    std::cout << json::serialize(json::object{{"position", position},
                                              {"records", counts.records},
                                              {"commits", counts.commits},
                                              {"void", counts.voids},
                                              {"rows", comparison.rows},
                                              {"different", comparison.different},
                                              {"seconds", seconds},
                                              {"differences", std::move(first)}})
              << '\n';
    return;
  }
  fmt::print(
      "Replayed {} records ({} commits, {} void) to position {} in {:.3f} s ({:.0f} a second)\n",
      counts.records, counts.commits, counts.voids, position, seconds, rate);
  if (comparison.different == 0) {
    fmt::print("{} rows compared: all the same\n", comparison.rows);
    return;
  }
  fmt::print("{} rows compared: {} differ; the first:\n", comparison.rows, comparison.different);
  for (const RowDifference& row : comparison.first)
    fmt::print("  {}  {}: {}\n", row.table, row.key, row.what);
  fmt::print("`optare projections rebuild` makes the rows again from the log.\n");
}

// As the admin API shows it, with what is only to be seen here: a deleted one, and the moment.
json::object as_it_was(const Application& application, const States& states) {
  const Timestamp then = states.log_time(Partition::control);
  json::array apis;
  for (const ApiGrant& grant : application.grants) {
    const auto api = states.api(grant.api);
    json::array scopes(grant.scopes.begin(), grant.scopes.end());
    apis.push_back(json::object{{"api_id", grant.api.text()},
                                {"identifier", api ? json::value(api->identifier) : json::value()},
                                {"scopes", std::move(scopes)}});
  }
  json::object was{{"position", states.position()}, {"time", rfc3339(then)}};
  for (const auto& member : application_json(application, then))
    was.emplace(member.key(), member.value());
  was["version"] = application.version;
  was["deleted_at"] =
      application.deleted_at ? json::value(rfc3339(*application.deleted_at)) : json::value(nullptr);
  was["apis"] = std::move(apis);
  return was;
}

int show(const Replay& replay, const ReplayOptions& options) {
  const auto application = replay.states().application(ClientId(options.application_id));
  if (!application) {
    return print_failure(
        std::cerr, {.exit = ExitCode::not_found,
                    .title = "there was no such application",
                    .detail = fmt::format("at position {}, {}", replay.states().position(),
                                          rfc3339(replay.states().log_time(Partition::control))),
                    .advice = {}});
  }
  const json::object was = as_it_was(*application, replay.states());
  if (options.json) {
    std::cout << json::serialize(was) << '\n';
    return code_of(ExitCode::ok);
  }
  for (const auto& member : was) {
    const auto& value = member.value();
    fmt::print("{:<12} {}\n", std::string_view(member.key()),
               value.is_string() ? std::string(value.get_string()) : json::serialize(value));
  }
  return code_of(ExitCode::ok);
}

}  // namespace

int replay(const Config& config, const ReplayOptions& options) {
  if (const auto exit = nothing_there(config)) return *exit;
  SpokenReplay spoken(config);
  if (const auto held = holds_what_was_applied(*spoken.folder.log, spoken.folder.view);
      !held && !options.until)
    return refuse_short_log(config, held.error());
  Replay& replay = spoken.replay;
  const auto began = spoken.clock.boottime();
  const auto done =
      replay.run(options.until ? ReplayEnd(*options.until) : ReplayEnd(), spoken.progress);
  const double seconds = static_cast<double>((spoken.clock.boottime() - began).count()) / 1000;
  if (!done) return refused(done.error());
  if (options.until) return show(replay, options);
  const Comparison comparison = compare_views(spoken.folder.view, replay.store());
  print_comparison(replay.counts(), comparison, seconds, replay.states().position(), options.json);
  return code_of(comparison.different == 0 ? ExitCode::ok : ExitCode::refused);
}

}  // namespace optare
