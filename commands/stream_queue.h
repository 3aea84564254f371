// One commit per stream in flight on this node, a short first-come-first-served line behind it:
// racers of one node wait for each other instead of voiding each other.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "commands/handle.h"
#include "core/base/completion.h"

namespace optare {

class StreamQueue {
 public:
  // Holds the stream until it goes out of scope.
  class Turn {
   public:
    Turn(StreamQueue& queue, std::string stream) : queue_(&queue), stream_(std::move(stream)) {}
    Turn(Turn&& other) noexcept
        : queue_(std::exchange(other.queue_, nullptr)), stream_(std::move(other.stream_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (queue_ != nullptr) queue_->leave(stream_);
    }

   private:
    StreamQueue* queue_;
    std::string stream_;
  };

  // Errors: overloaded, when stream_queue_max wait already.
  Task<Result<Turn>> enter(std::string stream);

 private:
  void leave(const std::string& stream);
  std::mutex mutex_;
  std::unordered_map<std::string, std::list<Completion<bool>>>
      waiting_;  // an entry: somebody holds the stream
};

}  // namespace optare
