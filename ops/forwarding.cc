#include "ops/forwarding.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "ops/files.h"

namespace optare {
namespace {

double number(std::uint64_t value) { return static_cast<double>(value); }

std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::filesystem::path forward_mark_file(const std::filesystem::path& spool_folder) {
  return spool_folder / "forwarded";
}

std::unique_ptr<IssuanceForwarder> make_forwarder(
    const KafkaBacking* kafka, const std::filesystem::path& spool_folder, RetainedLog& spool,
    std::shared_ptr<IssuanceAcknowledgements> acknowledgements, LogLines& lines) {
  if (kafka == nullptr) return nullptr;
  const auto mark = forward_mark_file(spool_folder);
  return std::make_unique<IssuanceForwarder>(
      IssuanceForwarder::Parts{
          .connection = kafka->connection(),
          .spool = spool,
          .mark = text_of_file(mark),
          .keep_mark =
              [mark](std::string_view text) { write_file_durably(mark, text, S_IRUSR | S_IWUSR); },
          .acknowledgements = std::move(acknowledgements),
          .remark =
              [&lines](const std::string& detail) {
                lines.write(LogLevel::error, "issuance_forwarding", {{"detail", detail}});
              }},
      ForwarderOptions{.topic = kafka->names().issuance});
}

void add_forwarding(Families& families, const ForwardStatus& status) {
  families.gauge("optare_issuance_forward_queue",
                 "Issuance batches in the spool that Kafka has not acknowledged.",
                 number(status.queue));
  families.gauge("optare_issuance_forward_age_seconds", "Age of the oldest of them.",
                 static_cast<double>(status.age.count()) / 1e3);
  families.gauge("optare_issuance_forward_held", "Those of them that are in memory.",
                 number(status.held_records));
  families.gauge("optare_issuance_forward_held_bytes", "What they take there.",
                 number(status.held_bytes));
  families.counter("optare_issuance_forwarded_total", "Issuance batches acknowledged by Kafka.",
                   number(status.forwarded));
  families.counter("optare_issuance_forward_lost_total",
                   "Issuance batches that went from the spool before they were forwarded.",
                   number(status.lost));
  for (const auto& [kind, count] : status.errors) {
    families.counter("optare_issuance_forward_errors_total",
                     "What forwarding met, by who met it and what it was.", number(count),
                     {{"kind", kind}});
  }
}

std::string late_forwarding(const ForwardStatus& status) {
  if (status.age <= forward_age_max) return {};
  return fmt::format(
      "{} issuance batches, the oldest {} s old, are not in their topic yet{}{}; they are "
      "in the spool, and follow",
      status.queue, status.age.count() / 1000, status.trouble.empty() ? "" : ": ", status.trouble);
}

}  // namespace optare
