#include "ops/policies.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "commands/policies/expire_rotated_secret.h"
#include "projections/due_secrets.h"

namespace optare {

Policies::Policies(Parts parts) : parts_(parts) {
  boost::asio::co_spawn(io_, run(), boost::asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

Policies::~Policies() {
  stopping_ = true;
  boost::asio::post(io_, [this] { timer_.cancel(); });
  thread_.join();
}

Task<> Policies::run() {
  while (!stopping_) {
    // The disk may fail under either: they are tried again at the next round.
    try {
      co_await expire_secrets();
      drop_old_records();
    } catch (const std::exception& fault) {
      parts_.lines.write(LogLevel::error, "policy_fault", {{"detail", fault.what()}});
    }
    timer_.expires_after(jittered(parts_.due_secrets_interval));
    if (stopping_) break;
    boost::system::error_code ignored;
    co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
}

Task<> Policies::expire_secrets() {
  for (const DueSecret& due :
       due_secrets(parts_.store, parts_.log.now(), due_secrets_per_round_max)) {
    if (stopping_) co_return;
    CommandOrigin origin;
    origin.actor = {ActorType::system, "expire_rotated_secret"};
    const auto done = co_await handle(parts_.runner, expire_rotated_secret(due.client, due.secret),
                                      std::move(origin));
    if (done) {
      secrets_expired_ += done->events.size();
    } else {
      parts_.lines.write(LogLevel::warning, "secret_not_expired",
                         {{"client_id", due.client.text()},
                          {"secret_id", due.secret.text()},
                          {"detail", done.error().detail}});
    }
  }
}

void Policies::drop_old_records() {
  const auto now = std::chrono::steady_clock::now();
  if (now < retention_due_) return;
  retention_due_ = now + retention_interval;
  const auto dropped = drop_expired_batches(parts_.spool_log, parts_.retention, parts_.log.now());
  if (dropped > 0)
    parts_.lines.write(LogLevel::info, "issuance_records_dropped", {{"batches", dropped}});
}

// Nodes that look at the same moment would void each other.
std::chrono::milliseconds Policies::jittered(std::chrono::milliseconds interval) {
  const auto random = parts_.random.bytes<1>();
  return interval + interval * random[0] / 512;
}

}  // namespace optare
