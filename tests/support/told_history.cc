#include "tests/support/told_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace optare {
namespace {

using Events = std::vector<const StandingEvent*>;

class Comparison {
 public:
  Comparison(std::span<const ToldCall> calls, std::span<const StandingEvent> events)
      : calls_(calls), events_(events) {
    for (const StandingEvent& event : events) {
      by_request_[event.request_id].push_back(&event);
      by_stream_[event.stream].push_back(&event);
    }
  }

  std::vector<std::string> run(const std::string& ours) {
    std::set<std::string_view> asked_for;
    for (const ToldCall& call : calls_) {
      look_at(call);
      if (!asked_for.insert(call.request_id).second)
        say("{} is the id of two calls", call.request_id);
    }
    for (const StandingEvent& event : events_) {
      if (event.request_id.starts_with(ours) && !asked_for.contains(event.request_id))
        say("{} stands at {}, and nobody asked for it", event.request_id, event.position);
    }
    for (const auto& [stream, all] : by_stream_)
      if (stream.starts_with("application/")) look_at_life(stream, all);
    look_at_order();
    look_at_absences();
    return std::move(found_);
  }

 private:
  template <class... Parts>
  void say(fmt::format_string<Parts...> format, Parts&&... parts) {
    found_.push_back(fmt::format(format, std::forward<Parts>(parts)...));
  }

  void look_at(const ToldCall& call) {
    const auto at = by_request_.find(call.request_id);
    const Events& standing = at == by_request_.end() ? none_ : at->second;
    std::set<std::uint64_t> positions;
    for (const StandingEvent* event : standing) positions.insert(event->position);
    if (positions.size() > 1) say("{} stands {} times", call.request_id, positions.size());
    if (call.done == Known::no && !positions.empty())
      say("{} was refused, and stands at {}", call.request_id, *positions.begin());
    if (call.done == Known::yes && positions.empty() && !was_so(call))
      say("{} was done, and does not stand", call.request_id);
    if (positions.empty()) return;
    if (call.position != 0 && !positions.contains(call.position))
      say("{} was done at {}, and stands at {}", call.request_id, call.position,
          *positions.begin());
    const auto asked_for = [&](const StandingEvent* event) {
      return event->type == call.event && (call.stream.empty() || event->stream == call.stream);
    };
    if (std::ranges::none_of(standing, asked_for))
      say("{} stands without {} of {}", call.request_id, call.event, call.stream);
  }

  // Whether there was nothing to do, at some moment since the position that was told.
  bool was_so(const ToldCall& call) const {
    const bool active = call.event == "ClientActivated";
    if (!active && call.event != "ClientDeactivated") return false;
    const auto all = by_stream_.find(call.stream);
    if (all == by_stream_.end()) return false;
    bool so = false;
    for (const StandingEvent* event : all->second) {
      if (so && event->position > call.position) return true;
      if (event->type == "ClientCreated" || event->type == "ClientActivated") so = active;
      if (event->type == "ClientDeactivated") so = !active;
      if (event->type == "ApplicationDeleted") so = false;
    }
    return so;
  }

  void look_at_life(std::string_view stream, const Events& all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if ((i == 0) != (all[i]->type == "ClientCreated"))
        say("{} has {} as its event {}, at {}", stream, all[i]->type, i + 1, all[i]->position);
      if (i > 0 && all[i - 1]->type == "ApplicationDeleted")
        say("{} was deleted, and has {} at {}", stream, all[i]->type, all[i]->position);
    }
  }

  // Both orders at once: of the moments of asking, and of those of answers.
  void look_at_order() {
    std::vector<const ToldCall*> by_asked;
    for (const ToldCall& call : calls_) {
      if (call.done == Known::yes && call.position != 0 && by_request_.contains(call.request_id))
        by_asked.push_back(&call);
    }
    std::vector<const ToldCall*> by_answered = by_asked;
    std::ranges::sort(by_asked, {}, &ToldCall::asked);
    std::ranges::sort(by_answered, {}, &ToldCall::answered);
    const ToldCall* newest = nullptr;  // of those that were answered before
    auto next = by_answered.begin();
    for (const ToldCall* call : by_asked) {
      for (; next != by_answered.end() && (*next)->answered < call->asked; ++next)
        if (newest == nullptr || (*next)->position > newest->position) newest = *next;
      if (newest != nullptr && newest->position >= call->position)
        say("{} was asked after the answer to {}, and stands before it", call->request_id,
            newest->request_id);
    }
  }

  void look_at_absences() {
    std::map<std::string_view, Steady::time_point> first_deletion;
    for (const ToldCall& call : calls_) {
      if (call.event != "ApplicationDeleted" || call.done == Known::no) continue;
      const auto at = first_deletion.emplace(call.stream, call.asked).first;
      at->second = std::min(at->second, call.asked);
    }
    for (const ToldCall& call : calls_) {
      if (!call.absent) continue;
      const auto deletion = first_deletion.find(call.stream);
      if (deletion == first_deletion.end() || deletion->second >= call.answered)
        say("{} was told that {} is absent, and nobody had asked to delete it", call.request_id,
            call.stream);
    }
  }

  const std::span<const ToldCall> calls_;
  const std::span<const StandingEvent> events_;
  const Events none_;
  std::map<std::string_view, Events> by_request_;
  std::map<std::string_view, Events> by_stream_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> contradictions(std::span<const ToldCall> calls,
                                        std::span<const StandingEvent> events,
                                        const std::string& ours) {
  return Comparison(calls, events).run(ours);
}

}  // namespace optare
