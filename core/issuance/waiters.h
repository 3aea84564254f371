// Coroutines that wait for one batch. One wake-up for each of their threads, however many wait
// there.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <utility>
#include <vector>

#include "core/log/event_log.h"

namespace optare {

class Waiters {
 public:
  // `outcome` lives in the waiting coroutine, which `resume` owns: it is there until resumed. True:
  // the first of its thread.
  bool add(const boost::asio::any_io_executor& executor, Append& outcome,
           std::move_only_function<void()> resume) {
    for (Thread& thread : threads_) {
      if (thread.executor == executor) {
        thread.waiting.push_back({&outcome, std::move(resume)});
        return false;
      }
    }
    threads_.push_back({executor, {}});
    threads_.back().waiting.push_back({&outcome, std::move(resume)});
    return true;
  }

  template <class Visit>
  void for_each_thread(const Visit& visit) const {
    for (const Thread& thread : threads_) visit(thread.executor);
  }

  // Resumes all with this outcome, each on its executor; nobody waits afterwards.
  void complete(Append outcome) {
    for (Thread& thread : threads_) {
      boost::asio::post(thread.executor, [outcome, waiting = std::move(thread.waiting)]() mutable {
        for (Waiter& waiter : waiting) {
          *waiter.outcome = outcome;
          waiter.resume();
        }
      });
    }
    threads_.clear();
  }

 private:
  struct Waiter {
    Append* outcome = nullptr;
    std::move_only_function<void()> resume;
  };
  struct Thread {
    boost::asio::any_io_executor executor;
    std::vector<Waiter> waiting;
  };
  std::vector<Thread> threads_;
};

}  // namespace optare
