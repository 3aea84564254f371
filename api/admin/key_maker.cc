#include "api/admin/key_maker.h"

#include <boost/asio/post.hpp>
#include <exception>

#include "api/oauth/token_signers.h"
#include "core/base/completion.h"

namespace optare {
namespace {

// Runs `work` on the pool. What it throws is thrown here, where the session answers for it.
template <class T, class Work>
Task<T> on_pool(boost::asio::thread_pool& pool, Work work) {
  struct Done {
    std::optional<T> value;
    std::exception_ptr fault;
  };
  Completion<Done> completion;
  boost::asio::post(pool, [completion, work = std::move(work)]() mutable {
    Done done;
    try {
      done.value.emplace(work());
    } catch (...) {
      done.fault = std::current_exception();
    }
    completion.complete(std::move(done));
  });
  Done done = co_await completion.wait();
  if (done.fault) std::rethrow_exception(done.fault);
  co_return *std::move(done.value);
}

}  // namespace

Task<Result<NewSigningKey>> KeyMaker::make(SigningAlgorithm alg) {
  struct Place {
    explicit Place(std::atomic<std::size_t>& n) : count(n), number(++n) {}
    ~Place() { --count; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    std::atomic<std::size_t>& count;
    const std::size_t number;
  };
  const Place place(making_);
  if (place.number > keys_in_the_making_max)
    co_return reject(Code::overloaded, "other keys are being made: try again shortly");
  const KeyId id(random_.id("key_"));
  co_return co_await on_pool<NewSigningKey>(pool_, [this, alg, id] {
    NewKeyPair pair = keys_.generate(alg);
    vault_.put(signing_key_secret_name(id), pair.private_key);
    return NewSigningKey{id, alg, std::move(pair.public_key)};
  });
}

Task<void> KeyMaker::forget(KeyId id) {
  co_await on_pool<bool>(pool_, [this, id = std::move(id)] {
    vault_.erase(signing_key_secret_name(id));
    return true;
  });
}

}  // namespace optare
