#include "tests/support/fleet_under_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <ranges>

namespace optare {
namespace {

using namespace std::chrono_literals;

// Who asked a node that sleeps shall hear from it, when it is awake.
constexpr Duration answer_time_max = 180s;
constexpr std::size_t asked_for_tokens_max = 60;

Duration since(Steady::time_point moment) {
  return std::chrono::floor<Duration>(Steady::now() - moment);
}

}  // namespace

FleetUnderLoad::FleetUnderLoad(KafkaBrokers& its_brokers)
    : brokers(its_brokers), fleet(brokers.bootstrap()) {
  if (brokers.has_network()) c.place = brokers.guest_place();
  if (const Ended made = fleet.init(); made.code != 0) throw std::runtime_error(made.err);
  wait_for_all_in_sync();
  for (ServerProcess* node : nodes) {
    node->http.answer_time_max = answer_time_max;
    node->start(fleet.flags());
  }
  admin = fleet.admin();
  administrator = a.token(admin, fleet.audience());
  create_apis();
  begin_load();
}

void FleetUnderLoad::create_apis() const {
  for (const std::string& api : apis) {
    const bool opaque = api.find("opaque") != std::string::npos;
    const HttpResponse made =
        fleet.call(a, "POST", "/apis",
                   fmt::format(R"({{"identifier":"{}","name":"An API","token_format":"{}",)"
                               R"("scopes":[{{"name":"read"}}]}})",
                               api, opaque ? "opaque" : "jwt"));
    if (made.status != 201) throw std::runtime_error(made.body);
    // Else every token would be told as dead to it.
    const HttpResponse allowed =
        fleet.call(a, "PUT",
                   fmt::format("/apis/{}/introspectors/{}", json_member(made.body, "api_id"),
                               admin.client_id));
    if (!allowed.ok()) throw std::runtime_error(allowed.body);
  }
}

AppSecret FleetUnderLoad::create_application(const std::string& name) const {
  boost::json::array grants;
  for (const std::string& api : apis)
    grants.push_back({{"identifier", api}, {"scopes", boost::json::array{"read"}}});
  const HttpResponse made =
      fleet.call(a, "POST", "/applications",
                 boost::json::serialize(boost::json::object{
                     {"name", name}, {"type", "m2m"}, {"apis", std::move(grants)}}));
  if (made.status != 201) throw std::runtime_error(made.body);
  return {json_member(made.body, "client_id"), json_member(made.body, "client_secret")};
}

void FleetUnderLoad::begin_load() {
  using Nodes = std::vector<const ServerProcess*>;
  int number = 0;
  for (const Nodes& way : {Nodes{&a, &b}, Nodes{&c}, Nodes{&a, &b, &c}}) {
    callers_.emplace_back(number, Asker(static_cast<unsigned>(number), way, administrator, calls));
    ++number;
  }
  for (const Nodes& way : {Nodes{&a}, Nodes{&b}, Nodes{&c}, Nodes{&a, &b, &c}}) {
    rivals_.emplace_back(number, Asker(static_cast<unsigned>(number), way, administrator, calls),
                         shared_, apis, admin, ended_);
    ++number;
  }
  for (const Nodes& way : {Nodes{&a, &b}, Nodes{&a, &b, &c}}) {
    token_callers_.emplace_back(number, way, create_application("tokens-" + std::to_string(number)),
                                apis, token_calls);
    ++number;
  }
  for (LoadCaller& caller : callers_) threads_.emplace_back([&] { caller.live(ended_); });
  for (Rival& rival : rivals_) threads_.emplace_back([&] { rival.live(); });
  for (TokenCaller& caller : token_callers_) threads_.emplace_back([&] { caller.live(ended_); });
}

FleetUnderLoad::~FleetUnderLoad() {
  ended_ = true;
  for (ServerProcess* node : nodes)  // nobody waits for one that was left asleep
    if (node->running()) node->kill();
}

void FleetUnderLoad::wait_for_full_load() const {
  for (const std::string event : rival_events)
    wait_until(event + " to be done", [&] { return shared_.was_done(event); }, recovery_max);
}

Duration FleetUnderLoad::next_commit(const std::string& after, Steady::time_point moment,
                                     const ServerProcess* node) {
  std::optional<Steady::time_point> done;
  wait_until(
      "a commit after " + after,
      [&] { return (done = calls.first_done_after(moment, node)).has_value(); }, recovery_max);
  return std::chrono::floor<Duration>(*done - moment);
}

Duration FleetUnderLoad::tokens_at(const std::vector<ServerProcess*>& asked,
                                   const std::string& after, Steady::time_point moment) {
  for (ServerProcess* node : asked) {
    try {
      wait_until(
          "tokens after " + after,
          [&] { return node->request_token(admin, fleet.audience()).status == 200; }, recovery_max);
    } catch (const std::exception& fault) {
      throw std::runtime_error(fault.what() + node->ops("/readyz").body);
    }
  }
  return since(moment);
}

HttpResponse FleetUnderLoad::insist(const std::string& method, const std::string& path,
                                    const std::string& body) {
  HttpHeaders headers{{"Authorization", "Bearer " + administrator},
                      {"Idempotency-Key", kafka_prefix()}};
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  HttpResponse answer;
  wait_until(
      method + " " + path,
      [&] {
        answer = a.send(method, "/api/v1" + path, headers, body);
        return answer.ok();
      },
      recovery_max);
  return answer;
}

std::optional<int> FleetUnderLoad::told_by_all(const std::function<int(RawKafka&)>& tell) const {
  std::optional<int> told;
  for (const auto& broker : std::views::split(brokers.bootstrap(), ',')) {
    RawKafka alone{std::string(std::string_view(broker))};
    const int tells = tell(alone);
    if (told.value_or(tells) != tells) return std::nullopt;
    told = tells;
  }
  return told;
}

int FleetUnderLoad::leader() {
  const std::string topic = fleet.prefix + ".control";
  int node = 0;
  wait_until(
      "a leader",
      [&] {
        node = told_by_all([&](RawKafka& broker) { return broker.leader(topic); }).value_or(0);
        return node != 0;
      },
      recovery_max);
  return node;
}

std::vector<int> FleetUnderLoad::others(int broker) const {
  std::vector<int> all{1, 2, 3};
  std::erase(all, broker);
  return all;
}

void FleetUnderLoad::wait_for_all_in_sync() {
  for (const std::string topic : {".control", ".tokens", ".vault"}) {
    const auto in_sync = [&] {
      return told_by_all([&](RawKafka& broker) { return broker.in_sync(fleet.prefix + topic); });
    };
    try {
      wait_until("three in sync", [&] { return in_sync() == 3; }, recovery_max);
    } catch (const std::exception& fault) {
      throw std::runtime_error(fmt::format("{}: {} has {}\n{}", fault.what(), topic,
                                           in_sync().value_or(0), brokers.command({"status"})));
    }
  }
}

void FleetUnderLoad::end_load() {
  ended_ = true;
  threads_.clear();
}

boost::json::array FleetUnderLoad::rows_of(const ServerProcess& node) const {
  boost::json::array rows;
  std::string cursor;
  do {
    const HttpResponse page = decided([&] {
      return node.send(
          "GET", "/api/v1/applications?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor),
          {{"Authorization", "Bearer " + administrator}});
    });
    if (page.status != 200) throw std::runtime_error(page.body);
    const auto value = boost::json::parse(page.body);
    for (const auto& item : value.at("items").as_array()) rows.push_back(without_last_used(item));
    cursor = json_member(value, "next_cursor");
    if (cursor == "null") cursor.clear();
  } while (!cursor.empty());
  return rows;
}

boost::json::array FleetUnderLoad::agreed_rows(const std::vector<const ServerProcess*>& all) const {
  boost::json::array rows;
  wait_until(
      "all nodes to agree",
      [&] {
        rows = rows_of(*all.front());
        return std::ranges::all_of(
            all, [&](const ServerProcess* node) { return rows_of(*node) == rows; });
      },
      recovery_max);
  return rows;
}

std::vector<std::string> FleetUnderLoad::what_is_wrong() {
  end_load();
  ServerProcess fresh;
  fresh.start(fleet.flags());
  const std::vector<const ServerProcess*> all{&a, &b, &c, &fresh};
  compare(agreed_rows(all));
  all_well(all);
  compare_histories(events_of(fresh));
  for (TokenCaller& caller : token_callers_) {
    caller.ask_all(all);
    wrong.insert(wrong.end(), caller.wrong().begin(), caller.wrong().end());
  }
  compare_issuance();
  ask_for_dead_tokens();
  verify_nodes();
  return wrong;
}

void FleetUnderLoad::compare(const boost::json::array& rows) {
  Names found;
  for (const auto& row : rows)
    found.emplace(json_member(row, "name"), json_member(row, "client_id"));
  std::vector<const LoadCaller::App*> living;
  Names unknown = found;
  for (const LoadCaller& caller : callers_) {
    wrong.insert(wrong.end(), caller.wrong().begin(), caller.wrong().end());
    for (const LoadCaller::App& app : caller.apps()) {
      compare(app, found);
      unknown.erase(app.name);
      if (app.created == Known::yes && app.deleted == Known::no && !app.secret.empty())
        living.push_back(&app);
    }
  }
  for (const auto& [name, id] : unknown)
    if (name.starts_with("app-")) wrong.push_back(name + " was made by nobody");
  for (const auto& [name, made] : asked_for) {
    const auto times = found.count(name);
    if (times > 1) wrong.push_back(fmt::format("{} was made {} times", name, times));
    if ((made == Known::no && times > 0) || (made == Known::yes && times == 0))
      wrong.push_back(fmt::format("{} was {}, and is {}there", name,
                                  made == Known::no ? "refused" : "acknowledged",
                                  made == Known::no ? "" : "not "));
  }
  if (living.empty()) wrong.emplace_back("there was no load: no application lives");
  ask_for_tokens_of(living);
}

void FleetUnderLoad::compare(const LoadCaller::App& app, const Names& found) {
  const auto [first, last] = found.equal_range(app.name);
  const auto times = std::distance(first, last);
  if (times > 1) wrong.push_back(fmt::format("{} was made {} times", app.name, times));
  if (app.created == Known::no && times > 0)
    wrong.push_back(app.name + " was refused, and is there");
  if (app.created != Known::yes || app.deleted == Known::perhaps) return;
  if (app.deleted == Known::no && times == 0)
    wrong.push_back(app.name + " was acknowledged, and is lost");
  if (app.deleted == Known::yes && times > 0)
    wrong.push_back(app.name + " was deleted, and is there");
  if (times == 1 && first->second != app.client_id)
    wrong.push_back(fmt::format("{} is {}, not {}", app.name, first->second, app.client_id));
}

// Each node knows the newest secret: it says that they may ask for nothing, which it says to nobody
// whom it does not know.
void FleetUnderLoad::ask_for_tokens_of(const std::vector<const LoadCaller::App*>& living) {
  const std::size_t step = std::max<std::size_t>(8, living.size() / asked_for_tokens_max);
  for (std::size_t i = 0; i < living.size(); i += step) {
    for (const ServerProcess* node : nodes) {
      const HttpResponse answer =
          node->decided_token({living[i]->client_id, living[i]->secret}, fleet.audience());
      if (answer.status != 400)
        wrong.push_back(
            fmt::format("the secret of {}: {} {}", living[i]->name, answer.status, answer.body));
    }
  }
}

std::vector<StandingEvent> FleetUnderLoad::events_of(const ServerProcess& node) const {
  std::vector<StandingEvent> events;
  for (const std::string partition : {"control", "tokens-00"}) {
    for (std::string after = "0";;) {
      const HttpResponse page = decided([&] {
        return node.send("GET",
                         "/api/v1/events?limit=200&partition=" + partition + "&after=" + after,
                         {{"Authorization", "Bearer " + administrator}});
      });
      if (page.status != 200) throw std::runtime_error(page.body);
      const auto value = boost::json::parse(page.body);
      const auto& items = value.at("items").as_array();
      if (items.empty()) break;
      for (const auto& item : items) {
        events.push_back({item.at("position").to_number<std::uint64_t>(), json_member(item, "type"),
                          json_member(item, "stream"), json_member(item, "request_id")});
      }
      after = json_member(value, "next_cursor");
    }
  }
  return events;
}

void FleetUnderLoad::compare_histories(const std::vector<StandingEvent>& events) {
  std::vector<ToldCall> history;
  for (const Rival& rival : rivals_) {
    wrong.insert(wrong.end(), rival.wrong().begin(), rival.wrong().end());
    history.insert(history.end(), rival.history().begin(), rival.history().end());
  }
  for (const TokenCaller& caller : token_callers_)
    history.insert(history.end(), caller.history().begin(), caller.history().end());
  const auto found = contradictions(history, events, "call-");
  wrong.insert(wrong.end(), found.begin(), found.end());
  print(history);
}

// So that a reader sees what was fought over, and that it was.
void FleetUnderLoad::print(const std::vector<ToldCall>& history) {
  std::map<std::string, CallLog::Outcomes> told;
  for (const ToldCall& call : history) {
    CallLog::Outcomes& outcomes = told[call.event];
    ++(call.done == Known::yes  ? outcomes.done
       : call.done == Known::no ? outcomes.refused
                                : outcomes.unknown);
  }
  for (const auto& [event, outcomes] : told)
    fmt::print("  {}: {} done, {} refused, {} unknown\n", event, outcomes.done, outcomes.refused,
               outcomes.unknown);
  if (told["TokenRevoked"].done == 0) wrong.emplace_back("there was no load: no TokenRevoked");
}

void FleetUnderLoad::compare_issuance() {
  for (const ServerProcess* node : nodes) {
    wait_until(
        "the spool to be in the topic",
        [&] { return node->metric("optare_issuance_forward_queue") == 0; }, recovery_max);
    if (node->metric("optare_issuance_forward_lost_total") != 0)
      wrong.emplace_back("a node lost issuance records");
  }
  const Ended exported = fleet.export_topic();
  if (exported.code != 0) wrong.push_back("the export of issuance records: " + exported.err);
  std::vector<GotToken> got;
  const auto add = [&](const std::vector<GotToken>& more) {
    got.insert(got.end(), more.begin(), more.end());
  };
  for (const TokenCaller& caller : token_callers_) add(caller.issued());
  for (const Rival& rival : rivals_) add(rival.issued());
  const auto known =
      std::ranges::count_if(got, [](const auto& token) { return !token.jti.empty(); });
  fmt::print("  tokens: {} were got, of {} the record was looked for by its id\n", got.size(),
             known);
  if (known == 0) wrong.emplace_back("there was no load: nobody got a token");
  const auto found = not_recorded(got, exported.out);
  wrong.insert(wrong.end(), found.begin(), found.end());
}

void FleetUnderLoad::ask_for_dead_tokens() {
  const std::vector<std::string> dead = shared_.dead_tokens();
  const std::size_t step = std::max<std::size_t>(1, dead.size() / asked_for_tokens_max);
  for (std::size_t i = 0; i < dead.size(); i += step) {
    for (const ServerProcess* node : nodes)
      if (node->active(admin, dead[i])) wrong.emplace_back("a token is active that was ended");
  }
}

void FleetUnderLoad::verify_nodes() {
  for (ServerProcess* node : nodes) {
    if (const int code = node->stop(); code != 0)
      wrong.push_back(fmt::format("a node ended with {}: {}", code, node->said()));
    const Ended verified = fleet.run_beside(*node, {"replay", "--verify"});
    if (verified.code != 0) wrong.push_back("replay --verify: " + verified.out + verified.err);
  }
}

}  // namespace optare
