// Bytes that came and were not consumed yet. Grows as far as the reader asks for more: a header at
// its limit plus one read.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace optare {

class ReadBuffer {
 public:
  std::string_view bytes() const { return {data_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t n) {
    begin_ += n;
    if (begin_ != end_) return;
    begin_ = end_ = 0;
    if (capacity_ > capacity_first_bytes) {  // An idle connection keeps little.
      data_.reset();
      capacity_ = 0;
    }
  }

  // Room for at least `read_bytes_min`; then say how much of it was `filled`.
  std::span<char> space() {
    if (capacity_ - end_ < read_bytes_min) make_room();
    return {data_.get() + end_, capacity_ - end_};
  }
  void filled(std::size_t n) { end_ += n; }
  void clear() { begin_ = end_ = 0; }

 private:
  static constexpr std::size_t read_bytes_min = 2 * 1024;        // ours
  static constexpr std::size_t capacity_first_bytes = 4 * 1024;  // ours

  void make_room() {
    const std::size_t kept = end_ - begin_;
    std::size_t capacity = capacity_ == 0 ? capacity_first_bytes : capacity_;
    while (capacity - kept < read_bytes_min) capacity *= 2;
    if (capacity == capacity_) {
      std::memmove(data_.get(), data_.get() + begin_, kept);
    } else {
      auto data = std::make_unique_for_overwrite<char[]>(capacity);
      if (kept > 0) std::memcpy(data.get(), data_.get() + begin_, kept);
      data_ = std::move(data);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = kept;
  }

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace optare
