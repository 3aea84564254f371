#include "api/admin/event_tail.h"

#include <boost/json/serialize.hpp>
#include <charconv>

#include "api/admin/event_json.h"
#include "api/admin/events.h"

namespace optare {
namespace {

namespace json = boost::json;

constexpr std::size_t commits_sent_at_once = 64;              // ours
constexpr Duration control_wait_max{1'000};                   // ours: how soon a stop is seen
constexpr Duration tokens_poll_interval{200};                 // ours
constexpr std::string_view stream_begin = "retry: 1000\n\n";  // ms until a reader comes again
constexpr std::string_view heartbeat = ": heartbeat\n\n";

// What one open tail is, which counts as one. It outlives the call that asked for it.
class Tail {
 public:
  Tail(const AdminCall& call, Partition partition, EventId from)
      : open_tails_(call.context.tails),
        services_(call.services),
        caller_(call.caller),
        partition_(partition),
        seen_(from) {}
  ~Tail() { open_tails_->close(caller_.client); }
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  Task<void> run(EventSink& sink) {
    if (!co_await say(sink, std::string(stream_begin))) co_return;
    while (!sink.stopping()) {
      const std::uint64_t control = services_.states.position();
      if (!co_await send_new(sink)) co_return;
      if (services_.clock.boottime() - said_at_ >= event_heartbeat_interval &&
          !co_await say(sink, std::string(heartbeat)))
        co_return;
      if (partition_ == Partition::control) {
        co_await services_.states.reached(control + 1, control_wait_max);
      } else if (!co_await sink.wait(tokens_poll_interval)) {
        co_return;
      }
      if (!still_alive(services_, caller_)) co_return;
    }
  }

 private:
  Task<bool> say(EventSink& sink, std::string bytes) {
    if (!still_alive(services_, caller_)) co_return false;
    said_at_ = services_.clock.boottime();
    co_return co_await sink.send(std::move(bytes));
  }

  // Everything that the view holds by now. The end is read before the token is looked at: whatever
  // ended the token is at or before it.
  Task<bool> send_new(EventSink& sink) {
    for (;;) {
      const std::uint64_t end = services_.states.view(partition_).ordinal;
      if (next() > end) co_return true;
      const std::uint64_t before = next();
      std::string bytes = lines_up_to(end);
      if (!bytes.empty() && !co_await say(sink, std::move(bytes))) co_return false;
      if (next() == before) co_return true;
    }
  }

  // The first position that may hold something unseen.
  std::uint64_t next() const {
    return seen_.index == UINT64_MAX ? seen_.position + 1 : seen_.position;
  }

  std::string lines_up_to(std::uint64_t end) {
    std::string bytes;
    for (const AcceptedCommit& commit :
         services_.accepted.after(partition_, next() - 1, commits_sent_at_once)) {
      if (commit.ordinal > end || bytes.size() >= events_page_bytes_max) break;
      const bool known = commit.ordinal == seen_.position;
      const std::uint64_t skipped = known ? seen_.index + 1 : 0;
      const auto items = event_items(commit);
      for (std::uint64_t i = skipped; i < items.size(); ++i) append(bytes, items[i]);
      seen_ = {commit.ordinal, UINT64_MAX};
    }
    return bytes;
  }

  static void append(std::string& bytes, const json::object& item) {
    bytes.append("id: ").append(item.at("id").as_string());
    bytes.append("\nevent: ").append(item.at("type").as_string());
    bytes.append("\ndata: ").append(json::serialize(item)).append("\n\n");
  }

  const std::shared_ptr<OpenTails> open_tails_;
  Services& services_;
  const Caller caller_;
  const Partition partition_;
  EventId seen_;
  Duration said_at_{};
};

}  // namespace

Result<EventId> event_id_of(const Request& request, std::uint64_t after) {
  const std::string_view text = request.header("Last-Event-ID");
  if (text.empty()) return EventId{after};
  EventId id;
  const char* const end = text.data() + text.size();
  const auto position = std::from_chars(text.data(), end, id.position);
  if (position.ec == std::errc() && position.ptr != end && *position.ptr == '.') {
    const auto index = std::from_chars(position.ptr + 1, end, id.index);
    if (index.ec == std::errc() && index.ptr == end && id.position > 0 && id.index < UINT64_MAX)
      return id;
  }
  return reject(Code::malformed, "Last-Event-ID is not the id of an event of this stream");
}

Result<Response> tail_events(const AdminCall& call, Partition partition, EventId from) {
  TRY_VOID(call.context.tails->open(call.caller.client));
  // Shared because a Stream can be copied; one runs.
  const auto tail = std::make_shared<Tail>(call, partition, from);
  Response response = event_stream_response([tail](EventSink& sink) { return tail->run(sink); });
  response.with("Optare-Position", std::to_string(call.services.states.position()));
  return response;
}

}  // namespace optare
