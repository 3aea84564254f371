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
  if (call.end == CallLog::End::unreached || call.end == CallLog::End::cut) ++outcomes.lost;
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

CallLog::Asked CallLog::ask(const ServerProcess& node, const std::function<HttpResponse()>& ask) {
  Asked asked{.call = {.asked = Steady::now(), .answered = {}, .node = &node}};
  Call& call = asked.call;
  begin(call);
  try {
    asked.response = ask();
    call.done = judge(asked.response);
    call.end = asked.response.status / 100 == 5 ? End::failed : End::answered;
    if (call.end == End::failed) call.said = asked.response.body;
  } catch (const Unreached& fault) {
    call.done = Known::no;
    call.end = End::unreached;
    call.said = fault.what();
  } catch (const std::exception& fault) {  // killed, or too late
    call.done = Known::perhaps;
    call.end = End::cut;
    call.said = fault.what();
  }
  call.answered = Steady::now();
  end(call, !asked.replayed());
  return asked;
}

void CallLog::begin(const Call& call) {
  const std::scoped_lock lock(mutex_);
  open_.emplace(call.node, call.asked);
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

std::vector<CallLog::Call> CallLog::ended_after(Steady::time_point from) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Call> ended;
  std::ranges::copy_if(calls_, std::back_inserter(ended),
                       [&](const Call& call) { return call.answered > from; });
  std::ranges::sort(ended, {}, &Call::answered);
  return ended;
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
  const ServerProcess& node = any_node();
  HttpHeaders headers{{"Authorization", authorization_}};
  if (!request.body.empty()) headers.emplace_back("Content-Type", "application/json");
  if (!request.key.empty()) headers.emplace_back("Idempotency-Key", request.key);
  if (!request.id.empty()) headers.emplace_back("X-Request-Id", request.id);
  CallLog::Asked asked = log_.ask(node, [&] {
    return node.send(request.method, "/api/v1" + request.path, headers, request.body);
  });
  const CallLog::Call& call = asked.call;
  if (call.done != Known::yes) std::this_thread::sleep_for(pause_after_no);
  return {call.done, std::move(asked.response), call.node, call.asked, call.answered};
}

}  // namespace optare
