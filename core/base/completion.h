// A value that one thread will have later and one coroutine waits for now.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/task.h"

namespace optare {

// One shot. `complete` may come from any thread, before or after `wait`; the first value counts.
// The waiter resumes on its own executor. A copy refers to the same value (the producer's side may
// outlive the waiter's: hence the shared state).
// There is no time-out here: who promises a value completes it by his deadline (settle, barriers).
template <class T>
class Completion {
 public:
  void complete(T value) {
    Resume resume;
    {
      const std::scoped_lock lock(state_->mutex);
      if (state_->value) return;
      state_->value.emplace(std::move(value));
      resume = std::move(state_->resume);
    }
    if (resume) resume();
  }

  // At most one waiter.
  Task<T> wait() {
    co_await boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void()>(
        [state = state_](auto handler) {
          auto executor = boost::asio::get_associated_executor(handler);
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          Resume resume = [executor, shared] {
            boost::asio::post(executor, [shared] { (std::move(*shared))(); });
          };
          {
            const std::scoped_lock lock(state->mutex);
            if (!state->value) {
              state->resume = std::move(resume);
              return;
            }
          }
          resume();
        },
        boost::asio::use_awaitable);
    const std::scoped_lock lock(state_->mutex);
    co_return std::move(*state_->value);
  }

 private:
  using Resume = std::function<void()>;
  struct State {
    std::mutex mutex;
    std::optional<T> value;
    Resume resume;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace optare
