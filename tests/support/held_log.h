// A log whose appends, and questions for its end, wait until the test says what becomes of them.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/log/log_before.h"

namespace optare {

// Thread: one.
class HeldLog final : public RetainedLogBefore {
 public:
  using RetainedLogBefore::RetainedLogBefore;

  std::size_t held() const { return held_.size(); }
  // What happens to the oldest append that is held.
  void release() {
    Held next = take();
    log_.append(next.partition, std::move(next.frame), std::move(next.done));
  }
  void refuse(Append outcome) { take().done(outcome); }
  void lose_answer(bool written) {
    Held next = take();
    if (written) log_.append(next.partition, std::move(next.frame), [](Append) {});
    next.done(Append::possibly_persisted);
  }
  void fail_reads(bool fail) { fail_reads_ = fail; }
  // As after a failed sync: nothing new can be read, and nobody knows what is there.
  void lose_end(bool lost) { end_lost_ = lost; }
  // From now on nobody hears where the log ends before `answer_ends`.
  void hold_ends() { hold_ends_ = true; }
  std::size_t ends_asked() const { return asked_.size(); }
  void answer_ends(std::optional<std::uint64_t> end) {
    for (const EndAnswered& done : std::exchange(asked_, {})) done(end);
  }
  // From now on it hears nothing more of who else appends; none: it does.
  void be_current_as_of(std::optional<Currency> currency) { currency_ = currency; }
  // It turns out to be another log, once somebody has it looked at again.
  void be_another_log(std::string why) { other_history_ = std::move(why); }

  // As while records that are durable elsewhere have not come: it ends behind what can be read.
  void be_ahead(std::uint64_t records) { ahead_ = records; }

  void append(Partition partition, std::string frame, Appended done) override {
    held_.push_back({partition, std::move(frame), std::move(done)});
  }
  std::vector<LogRecord> read(Partition partition, std::uint64_t offset,
                              std::size_t records_max) const override {
    check();
    if (end_lost_) return {};
    return log_.read(partition, offset, records_max);
  }
  std::uint64_t end(Partition partition) const override {
    check();
    if (end_lost_) throw LogFault("the end is not known");
    return log_.end(partition);
  }
  Currency currency(Partition partition) const override {
    return currency_ ? *currency_ : log_.currency(partition);
  }
  void ask_end(Partition partition, EndAnswered done) const override {
    if (hold_ends_)
      asked_.push_back(std::move(done));
    else
      log_.ask_end(partition, [this, done = std::move(done)](std::optional<std::uint64_t> end) {
        done(end ? std::optional(*end + ahead_) : end);
      });
  }
  std::string other_history() const override { return looked_again_ ? other_history_ : ""; }
  void look_again(Partition) const override { looked_again_ = true; }

 private:
  struct Held {
    Partition partition{};
    std::string frame;
    Appended done;
  };
  Held take() {
    Held next = std::move(held_.front());
    held_.pop_front();
    return next;
  }
  void check() const {
    if (fail_reads_) throw LogFault("reads fail");
  }
  std::deque<Held> held_;
  bool fail_reads_ = false;
  bool end_lost_ = false;
  std::uint64_t ahead_ = 0;
  bool hold_ends_ = false;
  mutable std::vector<EndAnswered> asked_;
  std::optional<Currency> currency_;
  std::string other_history_;
  mutable bool looked_again_ = false;
};

}  // namespace optare
