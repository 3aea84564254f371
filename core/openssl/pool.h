// Things that are costly to make and serve one caller at a time: as many as ever worked at once.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace optare::openssl {

// Thread-safe. The lock is held for a push or a pop only: nothing beside a signature.
template <class T>
class Pool {
 public:
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<T> item) : pool_(pool), item_(std::move(item)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_.give_back(std::move(item_)); }
    T& operator*() const { return *item_; }
    T* operator->() const { return item_.get(); }

   private:
    Pool& pool_;
    std::unique_ptr<T> item_;
  };

  // An idle item, or a new one made by `make`, which returns a unique_ptr<T>.
  template <class Make>
  Lease borrow(const Make& make) {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        auto item = std::move(idle_.back());
        idle_.pop_back();
        return Lease(*this, std::move(item));
      }
    }
    return Lease(*this, make());
  }

 private:
  void give_back(std::unique_ptr<T> item) {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(item));
  }
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_;
};

}  // namespace optare::openssl
