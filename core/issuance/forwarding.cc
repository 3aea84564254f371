#include "core/issuance/forwarding.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/encoding.h"
#include "core/issuance/batch.h"
#include "core/issuance/chain.h"
#include "core/issuance/forward_mark.h"
#include "core/issuance/spool.h"
#include "core/ports/crypto.h"

namespace optare {
namespace {

constexpr std::size_t key_bytes = 16;

// For ever the same for a node.
std::uint32_t place_of(std::string_view node) {
  const auto hash = sha256(node);
  return (std::uint32_t{hash[0]} << 24U) | (std::uint32_t{hash[1]} << 16U) |
         (std::uint32_t{hash[2]} << 8U) | hash[3];
}

}  // namespace

Forwarding::Forwarding(RetainedLog& spool, std::string_view mark,
                       std::shared_ptr<IssuanceAcknowledgements> acknowledgements,
                       ForwardingLimits limits, Ways ways)
    : spool_(spool),
      acknowledgements_(std::move(acknowledgements)),
      limits_(limits),
      ways_(std::move(ways)),
      retry_after_(limits.retry_min) {
  const ForwardStart start = forward_start(spool_, mark);
  if (!start.remark.empty()) ways_.remark(start.remark);
  next_ = acknowledged_ = start.next;
  lost_ = start.lost;
  marked_ = start.next - start.lost;  // what is lost is marked soon: the next start tells nothing
  if (acknowledgements_) acknowledgements_->acknowledged(acknowledged_);
}

void Forwarding::step() {
  take_acknowledgements();
  try {
    send();
  } catch (const LogFault& fault) {  // the spool's disk: tried again
    trouble_ = fault.what();
  }
  if (all_forwarded()) trouble_.clear();
  keep_mark(false);
}

// They come in order: a session begins at the first that is not acknowledged, and ends with the
// first failure. Only a topic that was given more partitions meanwhile disturbs that.
void Forwarding::take_acknowledgements() {
  if (!in_session_) return;
  const std::uint64_t before = acknowledged_;
  bool in_order = true;
  ways_.poll([&](std::uint64_t offset) {
    in_order = in_order && !sent_.empty() && sent_.front().offset == offset;
    if (!in_order) return;
    sent_bytes_ -= sent_.front().bytes;
    sent_.pop_front();
    acknowledged_ = offset + 1;
    ++forwarded_;
  });
  if (acknowledged_ > before) {
    retry_after_ = limits_.retry_min;
    trouble_.clear();
    if (acknowledgements_) acknowledgements_->acknowledged(acknowledged_);
  }
  if (std::string fault = ways_.fault(); !fault.empty())
    give_up(std::move(fault));
  else if (!in_order)
    give_up("a batch was acknowledged before those that go before it");
}

void Forwarding::end_session() {
  if (std::exchange(in_session_, false)) ways_.end();
}

void Forwarding::give_up(std::string why) {
  end_session();
  trouble_ = std::move(why);
  sent_.clear();
  sent_bytes_ = 0;
  ahead_.clear();
  ahead_sent_ = 0;
  next_ = acknowledged_;
  retry_at_ = ways_.now() + retry_after_;
  retry_after_ = std::min(2 * retry_after_, limits_.retry_max);
}

void Forwarding::send() {
  if (ways_.now() < retry_at_) return;
  while (sent_.size() < limits_.records_max && sent_bytes_ < limits_.bytes_max && read_ahead()) {
    const LogRecord& record = ahead_[ahead_sent_];
    const std::string_view node = node_of_batch(record.bytes);
    // Another node's may go to another partition: then acknowledgements tell nothing of those
    // before.
    if (!sent_.empty() && node != node_) break;
    if (!in_session_) {
      if (std::string why = ways_.begin(); !why.empty()) return give_up(std::move(why));
      in_session_ = true;
    }
    node_ = node;
    const BatchHash hash = batch_hash(record.bytes);
    ways_.send(place_of(node_), text_of(hash).substr(0, key_bytes), record.bytes, record.offset);
    if (std::string fault = ways_.fault(); !fault.empty()) return give_up(std::move(fault));
    sent_.push_back({record.offset, record.bytes.size(), record.time});
    sent_bytes_ += record.bytes.size();
    next_ = record.offset + 1;
    std::string().swap(ahead_[ahead_sent_++].bytes);  // who sends it has its own copy
  }
}

// Whether there is a batch to send. Before a gap it waits for what is sent: what becomes of that
// decides how much is lost.
bool Forwarding::read_ahead() {
  if (ahead_sent_ == ahead_.size()) {
    ahead_sent_ = 0;
    ahead_.clear();
    const std::size_t room = limits_.records_max - sent_.size();
    ahead_ = spool_.read(issuance_partition, next_, std::min(room, limits_.read_records_max));
  }
  const std::uint64_t kept_from =
      ahead_.empty() ? spool_.cut(issuance_partition).offset : ahead_[ahead_sent_].offset;
  if (kept_from > next_) {
    if (!sent_.empty()) return false;
    skip_to(kept_from);
  }
  return !ahead_.empty();
}

// The spool dropped everything below `cut`. What is not acknowledged of it is lost, and never read
// again: so it is counted once.
// REQUIRES: nothing is sent that is not acknowledged.
void Forwarding::skip_to(std::uint64_t cut) {
  const std::uint64_t missing = cut - acknowledged_;
  lost_ += missing;
  next_ = acknowledged_ = cut;
  if (acknowledgements_) acknowledgements_->lost(cut);
  ways_.remark(fmt::format("{} batches were dropped before they were forwarded", missing));
}

void Forwarding::keep_mark(bool now) {
  if (acknowledged_ == marked_ || (!now && ways_.now() < mark_due_)) return;
  mark_due_ = ways_.now() + limits_.mark_interval;
  try {
    ways_.keep_mark(forward_mark_text(forward_mark_at(spool_, acknowledged_)));
    marked_ = acknowledged_;
    mark_trouble_.clear();
  } catch (const std::exception& fault) {  // the disk: what is not marked is sent again
    ways_.mark_failed();
    mark_trouble_ = fault.what();
  }
}

bool Forwarding::all_forwarded() const {
  if (!sent_.empty()) return false;
  try {
    return acknowledged_ >= spool_.end(issuance_partition);
  } catch (const LogFault&) {
    return false;
  }
}

std::size_t Forwarding::held_records() const { return sent_.size() + ahead_.size() - ahead_sent_; }

std::size_t Forwarding::held_bytes() const {
  std::size_t bytes = sent_bytes_;
  for (const LogRecord& record : ahead_) bytes += record.bytes.size();
  return bytes;
}

std::optional<Timestamp> Forwarding::oldest_held() const {
  if (!sent_.empty()) return sent_.front().time;
  if (ahead_sent_ < ahead_.size()) return ahead_[ahead_sent_].time;
  return std::nullopt;
}

}  // namespace optare
