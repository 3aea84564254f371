#include "commands/stream_queue.h"

#include <optional>

namespace optare {

Task<Result<StreamQueue::Turn>> StreamQueue::enter(std::string stream) {
  std::optional<Completion<bool>> turn;
  {
    const std::scoped_lock lock(mutex_);
    const auto [entry, first] = waiting_.try_emplace(stream);
    if (!first && entry->second.size() >= stream_queue_max) {
      co_return reject(Code::overloaded,
                       "too many changes of one application or API at once: try again shortly");
    }
    if (!first) turn = entry->second.emplace_back();
  }
  if (turn) co_await turn->wait();
  co_return Turn(*this, std::move(stream));
}

void StreamQueue::leave(const std::string& stream) {
  const std::scoped_lock lock(mutex_);
  const auto entry = waiting_.find(stream);
  if (entry->second.empty()) {
    waiting_.erase(entry);
    return;
  }
  Completion<bool> next = std::move(entry->second.front());
  entry->second.pop_front();
  next.complete(true);
}

}  // namespace optare
