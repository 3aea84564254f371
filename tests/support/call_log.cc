#include "tests/support/call_log.h"

#include <algorithm>
#include <thread>

namespace optare {
namespace {

using namespace std::chrono_literals;

constexpr auto pause_after_no = 20ms;

void count(CallLog::Outcomes& outcomes, const CallLog::Call& call) {
  ++(call.done == Known::yes  ? outcomes.done
     : call.done == Known::no ? outcomes.refused
                              : outcomes.unknown);
  if (call.lost) ++outcomes.lost;
}

Known judge(const HttpResponse& answer) {
  if (answer.status / 100 == 2) return Known::yes;
  if (answer.status / 100 == 4 && answer.body.find("idempotency-in-flight") == std::string::npos)
    return Known::no;
  return answer.status == 503 && answer.body.find("outcome-unknown") == std::string::npos
             ? Known::no
             : Known::perhaps;
}

}  // namespace

void CallLog::begin(const ServerProcess* node, Steady::time_point asked) {
  const std::scoped_lock lock(mutex_);
  open_.emplace(node, asked);
}

void CallLog::end(const Call& call, bool counts) {
  const std::scoped_lock lock(mutex_);
  const auto [first, last] = open_.equal_range(call.node);
  open_.erase(
      std::find_if(first, last, [&](const auto& open) { return open.second == call.asked; }));
  if (counts) calls_.push_back(call);
}

std::optional<Steady::time_point> CallLog::first_done_after(Steady::time_point moment,
                                                            const ServerProcess* node) const {
  const std::scoped_lock lock(mutex_);
  std::optional<Steady::time_point> first;
  for (auto call = calls_.rbegin(); call != calls_.rend() && call->answered > moment; ++call) {
    if (call->done != Known::yes || call->asked < moment) continue;
    if (node == nullptr || call->node == node)
      first = std::min(first.value_or(call->answered), call->answered);
  }
  return first;
}

int CallLog::open_since(Steady::time_point moment, const ServerProcess* node) const {
  const std::scoped_lock lock(mutex_);
  const auto [first, last] = open_.equal_range(node);
  return static_cast<int>(
      std::count_if(first, last, [&](const auto& open) { return open.second < moment; }));
}

CallLog::Outcomes CallLog::held(Steady::time_point from, Steady::time_point until,
                                const ServerProcess* node) const {
  const std::scoped_lock lock(mutex_);
  Outcomes outcomes;
  for (auto call = calls_.rbegin(); call != calls_.rend() && call->answered > until; ++call)
    if (call->asked < from && call->node == node) count(outcomes, *call);
  return outcomes;
}

CallLog::Outcomes CallLog::all() const {
  const std::scoped_lock lock(mutex_);
  Outcomes outcomes;
  for (const Call& call : calls_) count(outcomes, call);
  return outcomes;
}

Asker::Asker(unsigned seed, std::vector<const ServerProcess*> nodes,
             const std::string& administrator, CallLog& log)
    : random_(seed),
      nodes_(std::move(nodes)),
      authorization_("Bearer " + administrator),
      log_(log) {}

std::size_t Asker::below(std::size_t count) {
  return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
}

Asker::Answer Asker::ask(const Request& request) {
  Answer answer;
  answer.node = &any_node();
  HttpHeaders headers{{"Authorization", authorization_}};
  if (!request.body.empty()) headers.emplace_back("Content-Type", "application/json");
  if (!request.key.empty()) headers.emplace_back("Idempotency-Key", request.key);
  if (!request.id.empty()) headers.emplace_back("X-Request-Id", request.id);
  bool lost = false;
  answer.asked = Steady::now();
  log_.begin(answer.node, answer.asked);
  try {
    answer.response =
        answer.node->send(request.method, "/api/v1" + request.path, headers, request.body);
    answer.done = judge(answer.response);
  } catch (const std::exception&) {
    lost = true;  // killed, or too late
  }
  answer.answered = Steady::now();
  log_.end({answer.asked, answer.answered, answer.node, answer.done, lost}, !answer.replayed());
  if (answer.done != Known::yes) std::this_thread::sleep_for(pause_after_no);
  return answer;
}

}  // namespace optare
