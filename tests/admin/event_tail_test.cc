// The live tail of /events.
#include "api/admin/event_tail.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>

#include "ops/cli/sse.h"
#include "tests/admin/admin_api.h"

namespace optare {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::chrono::seconds patience{60};  // of the test, in real time

// The connection of a tail.
class Wire final : public EventSink {
 public:
  Task<bool> send(std::string bytes) override {
    const std::scoped_lock lock(mutex_);
    sent_ += bytes;
    co_return !gone_;
  }
  bool stopping() const override {
    const std::scoped_lock lock(mutex_);
    return gone_;
  }
  Task<bool> wait(Duration) override {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                    std::chrono::milliseconds(1));
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return !stopping();
  }

  void cut() {
    const std::scoped_lock lock(mutex_);
    gone_ = true;
  }
  std::string sent() const {
    const std::scoped_lock lock(mutex_);
    return sent_;
  }
  std::vector<ServerSentEvent> events() const {
    std::vector<ServerSentEvent> events;
    SseParser parser([&](const ServerSentEvent& event) {
      events.push_back(event);
      return true;
    });
    EXPECT_TRUE(parser.feed(sent()));
    return events;
  }

 private:
  mutable std::mutex mutex_;
  std::string sent_;
  bool gone_ = false;
};

bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

class EventTail : public AdminApi {
 protected:
  // An open tail, on a thread of its own as on a connection.
  class Open {
   public:
    Open(EventTail& test, Answer answer) : test_(test), stream_(std::move(answer.stream)) {
      thread_ = std::thread([this] { ended_ = test_.spine.run_task(run()); });
    }
    ~Open() {
      wire.cut();
      // The tail looks at the connection at least once a second of the product's time.
      EXPECT_TRUE(eventually([&] {
        if (!ended_) test_.spine.clock.advance(std::chrono::seconds(1));
        return ended_.load();
      }));
      thread_.join();
    }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;

    bool ended() const { return ended_; }
    std::vector<std::string> ids() const {
      std::vector<std::string> ids;
      for (const ServerSentEvent& event : wire.events()) ids.push_back(event.id);
      return ids;
    }
    bool has(std::size_t events) const {
      return eventually([&] { return wire.events().size() >= events; });
    }
    Wire wire;

   private:
    Task<bool> run() {
      co_await stream_(wire);
      co_return true;
    }
    EventTail& test_;
    Stream stream_;
    std::atomic<bool> ended_ = false;
    std::thread thread_;
  };

  Answer open(std::string_view query = "?after=0", std::vector<Header> headers = {}) {
    headers.push_back({"Accept", "text/event-stream"});
    return ask(Method::get, "/events" + std::string(query), "", std::move(headers));
  }
};

TEST_F(EventTail, IsAskedForByItsMediaType) {
  const Answer answer = open();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  for (const std::string accept :
       {"application/json, text/event-stream;q=0.9", " Text/Event-Stream "}) {
    EXPECT_TRUE(ask(Method::get, "/events", "", {{"Accept", accept}}).stream) << accept;
  }
  EXPECT_FALSE(ask(Method::get, "/events", "", {{"Accept", "*/*"}}).stream);
}

TEST_F(EventTail, SaysTheSameAsThePages) {
  make_application();
  Open tail(*this, open());
  ASSERT_TRUE(tail.has(6));
  const json::value page = ask(Method::get, "/events").json();
  std::size_t i = 0;
  for (const json::value& item : page.at("items").as_array()) {
    const ServerSentEvent event = tail.wire.events().at(i++);
    EXPECT_EQ(json::parse(event.data), item);
    EXPECT_EQ(event.id, item.at("id").as_string());
    EXPECT_EQ(event.type, item.at("type").as_string());
  }
}

TEST_F(EventTail, TellsWhatHappensFromNowOn) {
  Open tail(*this, open("?after=" + std::to_string(position())));
  EXPECT_TRUE(tail.ids().empty());
  const Made made = make_application();
  ASSERT_TRUE(tail.has(1));
  EXPECT_THAT(tail.wire.events().front().data, HasSubstr(made.id));
  ask(Method::delete_, made.path);
  ASSERT_TRUE(tail.has(2));
  EXPECT_THAT(tail.ids(), ElementsAre("2.0", "3.0"));
}

TEST_F(EventTail, GoesOnWhereTheReaderLeftOff) {
  make_application();
  // In the middle of a commit; `after` is what the reader began with.
  Open middle(*this, open("?after=0", {{"Last-Event-ID", "1.2"}}));
  ASSERT_TRUE(middle.has(3));
  EXPECT_THAT(middle.ids(), ElementsAre("1.3", "1.4", "2.0"));
  Open at_the_end_of_one(*this, open("?after=0", {{"Last-Event-ID", "1.4"}}));
  ASSERT_TRUE(at_the_end_of_one.has(1));
  EXPECT_THAT(at_the_end_of_one.ids(), ElementsAre("2.0"));
  Open at_the_end(*this, open("?after=0", {{"Last-Event-ID", "2.0"}}));
  make_application();
  ASSERT_TRUE(at_the_end.has(1));
  EXPECT_THAT(at_the_end.ids(), ElementsAre("3.0"));
}

TEST_F(EventTail, RefusesAnIdThatItNeverGave) {
  for (const std::string id : {"x", "1", "1.", ".1", "0.0", "1.x", "1.0x", "-1.0", "1.-1",
                               "1.18446744073709551615", "18446744073709551616.0"}) {
    EXPECT_TRUE(refused(open("", {{"Last-Event-ID", id}}), 400, "malformed")) << id;
  }
}

TEST_F(EventTail, TellsOfTokensThatAreRevoked) {
  const Made api = make_api();
  const Made made = make_application(
      "Cron", fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read"]}}])", api.id));
  Open tail(*this, open("?partition=tokens-00"));
  spine.post_form("/oauth2/revoke", "token=" + spine.token(made.client(), "https://api.myapp.com"),
                  {made.client().basic()});
  ASSERT_TRUE(tail.has(1));
  EXPECT_EQ(tail.wire.events().front().type, "TokenRevoked");
}

TEST_F(EventTail, BeatsInSilence) {
  Open tail(*this, open("?after=" + std::to_string(position())));
  ASSERT_TRUE(eventually([&] { return !tail.wire.sent().empty(); }));
  EXPECT_THAT(tail.wire.sent(), Not(HasSubstr(": heartbeat")));
  const Duration before = spine.clock.boottime();
  EXPECT_TRUE(eventually([&] {
    spine.clock.advance(std::chrono::seconds(1));
    return tail.wire.sent().find(": heartbeat\n\n") != std::string::npos;
  }));
  EXPECT_GE(spine.clock.boottime() - before, std::chrono::seconds(15));
}

TEST_F(EventTail, EndsWithItsApplicationAndDoesNotTellIt) {
  const Made reader = make_application(
      "Reader",
      fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read:events"]}}])", admin_api_id()));
  const std::string admin = std::exchange(token, spine.token(reader.client(), admin_audience()));
  Open tail(*this, open("?after=" + std::to_string(position())));
  token = admin;
  make_application();
  ASSERT_TRUE(tail.has(1));
  ask(Method::delete_, reader.path);
  EXPECT_TRUE(eventually([&] { return tail.ended(); }));
  EXPECT_EQ(tail.ids().size(), 1U);
}

TEST_F(EventTail, EndsWhenItsTokenIsRevokedOrExpires) {
  const std::string short_lived = log_in();
  const std::string admin = std::exchange(token, short_lived);
  Open revoked(*this, open());
  token = admin;
  Open expiring(*this, open());
  spine.post_form("/oauth2/revoke", "token=" + short_lived, {spine.admin().basic()});
  make_application();  // the next control commit at the latest
  EXPECT_TRUE(eventually([&] { return revoked.ended(); }));
  EXPECT_FALSE(expiring.ended());
  spine.advance(std::chrono::hours(1));
  EXPECT_TRUE(eventually([&] {
    spine.clock.advance(std::chrono::seconds(1));
    return expiring.ended();
  }));
}

TEST_F(EventTail, IsBoundedInNumberForEachApplication) {
  std::vector<Answer> tails(event_tails_per_application_max);
  for (Answer& tail : tails) tail = open();
  EXPECT_EQ(tails.back().status, 200);
  const Answer refused_one = open();
  EXPECT_TRUE(refused(refused_one, 429, "too-many-requests"));
  EXPECT_FALSE(refused_one.header("Retry-After").empty());
  tails.pop_back();
  EXPECT_EQ(open().status, 200);
}

TEST_F(EventTail, IsBoundedInNumberForAllTogether) {
  const std::string reads =
      fmt::format(R"(,"apis":[{{"api_id":"{}","scopes":["read:events"]}}])", admin_api_id());
  std::vector<Answer> tails;
  while (tails.size() < event_tails_max) {
    const std::string reader =
        spine.token(make_application("Reader", reads).client(), admin_audience());
    for (std::size_t i = 0; i < event_tails_per_application_max; ++i) {
      tails.push_back(
          ask_as(reader, Method::get, "/events", "", {{"Accept", "text/event-stream"}}));
      ASSERT_EQ(tails.back().status, 200) << tails.size();
    }
  }
  const Answer refused_one = open();
  EXPECT_TRUE(refused(refused_one, 503, "overloaded"));
  EXPECT_FALSE(refused_one.header("Retry-After").empty());
  tails.pop_back();
  EXPECT_EQ(open().status, 200);
}

}  // namespace
}  // namespace optare
