#include "core/issuance/spool.h"

#include <array>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <optional>

#include "core/issuance/chain.h"
#include "core/issuance/waiters.h"

namespace optare {
namespace {

Result<void> as_result(Append outcome) {
  switch (outcome) {
    case Append::persisted:
      return {};
    case Append::refused_disk_full:
      return reject(Code::disk_full, "the disk is full: tokens cannot be recorded");
    case Append::not_persisted:
    case Append::possibly_persisted:
    case Append::refused_clock:
      break;
  }
  return reject(Code::unavailable, "the token could not be recorded, so it was not issued");
}

}  // namespace

// One batch is gathered, at most one is with the log.
class IssuanceSpool::Gathering : public std::enable_shared_from_this<Gathering> {
 public:
  Gathering(RetainedLog& log, std::string node_id, const StartId& start_id,
            std::shared_ptr<IssuanceAcknowledgements> acknowledgements)
      : log_(log),
        node_id_(std::move(node_id)),
        start_id_(start_id),
        acknowledgements_(std::move(acknowledgements)),
        end_(chain_end(log, start_id)) {}

  enum class Joined : std::uint8_t { waits, overloaded, unavailable };

  // `wait` is called, under the lock, once the token is in a batch; it says whether it is the first
  // of its thread there.
  template <class Wait>
  Joined join(const IssuedToken& token, const boost::asio::any_io_executor& executor,
              const Wait& wait) {
    if (acknowledgements_ && !acknowledgements_->hopeful()) return Joined::unavailable;
    const std::scoped_lock lock(mutex_);
    if (!end_ && !find_end()) return Joined::unavailable;
    if (tokens_.size() >= batch_tokens_max || tokens_.bytes() >= batch_bytes_max)
      return Joined::overloaded;
    tokens_.add(token);
    if (wait(waiters_) && !appending_) append_soon(executor);
    return Joined::waits;
  }

 private:
  struct Batch {
    std::string record;
    ChainEnd end;  // after it
    Waiters waiters;
  };

  // After an append of unknown outcome only the log knows where the chain ends. Where retention
  // dropped all of it, it does not know the number.
  bool find_end() {
    if (appending_) return false;
    try {
      end_ = chain_end(log_, start_id_);
    } catch (const LogFault&) {
      return false;  // Not settled yet, or not readable.
    }
    for (const ChainEnd& end : possible_ends_)
      if (end.hash == end_->hash) end_->next_number = end.next_number;
    return true;
  }

  // Behind what this thread has at hand already: those requests share the batch. A sync costs as
  // much as some tokens do.
  void append_soon(const boost::asio::any_io_executor& executor) {
    boost::asio::post(executor, [self = shared_from_this()] { self->append_gathered(); });
  }

  void append_gathered() {
    std::optional<Batch> batch;
    {
      const std::scoped_lock lock(mutex_);
      if (!appending_ && tokens_.size() > 0) batch = take();
    }
    if (batch) append(std::move(*batch));
  }

  // REQUIRES: the lock, tokens gathered, the end known, nothing with the log.
  Batch take() {
    const std::size_t count = tokens_.size();
    Batch batch;
    batch.record = tokens_.seal({.node_id = node_id_,
                                 .start_id = start_id_,
                                 .first_number = end_->next_number,
                                 .previous = end_->hash});
    batch.end = {.hash = batch_hash(batch.record),
                 .next_number = end_->next_number + count,
                 .next_offset = end_->next_offset + 1};
    batch.waiters = std::exchange(waiters_, {});
    appending_ = true;
    return batch;
  }

  void append(Batch batch) {
    // std::function wants a copyable callable: hence the shared batch.
    auto shared = std::make_shared<Batch>(std::move(batch));
    std::string record = std::move(shared->record);
    log_.append(
        issuance_partition, std::move(record),
        [self = shared_from_this(), shared](Append outcome) { self->appended(shared, outcome); });
  }

  // Every thread that waits is asked to append what was gathered meanwhile, so that none depends on
  // another that is busy. Asked before its own tokens go on: the next sync goes on beside them.
  void appended(const std::shared_ptr<Batch>& batch, Append outcome) {
    Waiters unlucky;
    {
      const std::scoped_lock lock(mutex_);
      appending_ = false;
      if (outcome == Append::persisted) end_ = batch->end;
      if (outcome == Append::possibly_persisted) {
        possible_ends_ = {*end_, batch->end};
        end_.reset();
      }
      if (end_) {
        waiters_.for_each_thread([this](const auto& executor) { append_soon(executor); });
      } else {
        tokens_.clear();
        unlucky = std::exchange(waiters_, {});
      }
    }
    if (outcome == Append::persisted && acknowledgements_)
      await_acknowledgement(batch);
    else
      batch->waiters.complete(outcome);
    unlucky.complete(Append::not_persisted);
  }

  // A record without its token does no harm.
  void await_acknowledgement(const std::shared_ptr<Batch>& batch) {
    acknowledgements_->await(batch->end.next_offset - 1, [batch](bool acknowledged) {
      batch->waiters.complete(acknowledged ? Append::persisted : Append::possibly_persisted);
    });
  }

  RetainedLog& log_;
  const std::string node_id_;
  const StartId start_id_;
  const std::shared_ptr<IssuanceAcknowledgements> acknowledgements_;  // may be null

  std::mutex mutex_;
  std::optional<ChainEnd> end_;            // none: not known
  std::array<ChainEnd, 2> possible_ends_;  // when it was known last, or a batch behind
  BatchBuilder tokens_;
  Waiters waiters_;  // of `tokens_`
  bool appending_ = false;
};

IssuanceSpool::IssuanceSpool(RetainedLog& log, std::string node_id, const StartId& start_id,
                             std::shared_ptr<IssuanceAcknowledgements> acknowledgements)
    : gathering_(std::make_shared<Gathering>(log, std::move(node_id), start_id,
                                             std::move(acknowledgements))) {}

Task<Result<void>> IssuanceSpool::record(const IssuedToken& token) {
  Append outcome = Append::not_persisted;
  auto joined = Gathering::Joined::waits;
  co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(
      [&](auto handler) {
        const auto executor = boost::asio::get_associated_executor(handler);
        std::move_only_function<void()> resume(std::move(handler));
        // Written before anybody can resume this coroutine: it owns the variables here.
        const auto result = gathering_->join(token, executor, [&](Waiters& waiters) {
          return waiters.add(executor, outcome, std::move(resume));
        });
        if (result == Gathering::Joined::waits) return;
        joined = result;
        boost::asio::post(executor, std::move(resume));
      },
      boost::asio::use_awaitable);
  if (joined == Gathering::Joined::overloaded) {
    co_return reject(Code::overloaded, "more tokens are asked for than can be recorded");
  }
  co_return as_result(outcome);
}

}  // namespace optare
