#include "core/kafka/history.h"

#include <fmt/format.h>

namespace optare {
namespace {

constexpr std::string_view advice =
    "Restore the topic, or, when what it holds now is what shall count, start this node on an "
    "empty data folder";

}  // namespace

void HistoryCheck::begin(std::optional<LogRecord> last) {
  expected_ = std::move(last);
  if (!expected_) whole();
}

std::optional<std::uint64_t> HistoryCheck::expected() const {
  return expected_ ? std::optional(expected_->offset) : std::nullopt;
}

HistoryCheck::Says HistoryCheck::record(std::uint64_t offset, Timestamp time,
                                        std::string_view bytes) {
  if (!expected_) return Says::read_on;
  if (offset < expected_->offset) return Says::known;
  if (offset > expected_->offset) return other(topic_lost_a_record(topic_, expected_->offset));
  if (time != expected_->time || bytes != expected_->bytes)
    return other(topic_is_another(topic_, offset));
  expected_.reset();
  whole();
  return Says::known;
}

HistoryCheck::Says HistoryCheck::end(std::uint64_t offset) {
  if (!expected_) return Says::read_on;
  if (offset > expected_->offset) return other(topic_lost_a_record(topic_, expected_->offset));
  return Says::look_at_range;
}

HistoryCheck::Says HistoryCheck::range(const TopicRange& range, std::uint64_t read_up_to,
                                       Duration now, bool end_is_proven) {
  const std::uint64_t needed = expected_ ? expected_->offset : read_up_to;
  if (range.high >= read_up_to && range.low > needed)
    return other(topic_lost_its_beginning(topic_, range.low, needed));
  if (!end_is_proven && end_loss_.seen(range, read_up_to, now))
    return other(topic_lost_its_end(topic_, range.high, read_up_to));
  return Says::begin_again;
}

HistoryCheck::Says HistoryCheck::end_is_lost(std::uint64_t high, std::uint64_t read_up_to) {
  return other(topic_lost_its_end(topic_, high, read_up_to));
}

void HistoryCheck::whole() {
  compared_ = true;
  end_loss_.whole();
}

HistoryCheck::Says HistoryCheck::other(std::string why) {
  why_ = std::move(why);
  return Says::other_history;
}

std::string topic_lost_its_end(std::string_view topic, std::uint64_t high,
                               std::uint64_t read_up_to) {
  return fmt::format(
      "{}: this node read {} records of it, and it holds {}: the topic lost its end, was made "
      "anew, "
      "or belongs to another cluster. {}",
      topic, read_up_to, high, advice);
}

std::string topic_lost_its_beginning(std::string_view topic, std::uint64_t low,
                                     std::uint64_t needed) {
  return fmt::format(
      "{}: its oldest records were deleted: it begins at {}, and this node needs {} (retention? It "
      "must be unlimited: retention.ms=-1, retention.bytes=-1). Start this node from the data "
      "folder, or a back-up, of a node that has them",
      topic, low, needed);
}

std::string topic_lost_a_record(std::string_view topic, std::uint64_t offset) {
  return fmt::format(
      "{}: its record {}, which this node read, is gone: it was compacted (cleanup.policy must be "
      "delete), or made anew. {}",
      topic, offset, advice);
}

std::string topic_is_another(std::string_view topic, std::uint64_t offset) {
  return fmt::format(
      "{}: its record {} is not the one that this node read there: the topic has another history: "
      "it was made anew, lost its end, or belongs to another cluster. {}",
      topic, offset, advice);
}

}  // namespace optare
