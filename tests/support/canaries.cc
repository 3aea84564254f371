#include "tests/support/canaries.h"

#include <fmt/format.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <cstring>
#include <stdexcept>

#include "core/base/encoding.h"
#include "core/log/frame.h"
#include "core/rocksdb/log_database.h"
#include "core/rocksdb/quiet_logger.h"
#include "ops/cli/http_client.h"
#include "tests/support/process.h"

namespace optare {
namespace {

namespace fs = std::filesystem;

std::uint64_t head_of(const char* text) {
  std::uint64_t head = 0;
  std::memcpy(&head, text, sizeof head);
  return head;
}

std::size_t slot_of(std::uint64_t head) {
  return static_cast<std::size_t>((head * 0x9E3779B97F4A7C15ULL) >> 44U);  // 20 bits
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string percent_all(std::string_view text) {
  std::string out;
  for (const std::uint8_t byte : bytes_of(text)) out += fmt::format("%{:02X}", byte);
  return out;
}

std::string as_json(std::string_view text) {
  const std::string quoted = boost::json::serialize(boost::json::string(text));
  return quoted.substr(1, quoted.size() - 2);
}

// What of `text` is certain in the base64 of anything that has it `lead` bytes behind a multiple of
// three.
std::string base64_within(std::string_view text, std::size_t lead,
                          std::string (*encode)(Bytes bytes)) {
  const std::string all = encode(bytes_of(std::string(lead, '\0') + std::string(text)));
  const std::size_t from = (lead * 8 + 5) / 6;
  const std::size_t to = (lead + text.size()) * 8 / 6;
  return all.substr(from, to - from);
}

// Without what breaks a text over lines, in itself or as JSON.
std::string joined(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '\\' && (next == 'n' || next == 'r')) {
      ++i;
      continue;
    }
    out += c;
  }
  return out;
}

Place rows_of(const fs::path& directory, const std::string& name) {
  rocksdb::Options options;
  options.info_log = std::make_shared<QuietLogger>();  // else it writes a file there
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(options, directory.string(), &opened);
  const std::unique_ptr<rocksdb::DB> database(opened);
  if (!status.ok()) throw std::runtime_error(name + ": " + status.ToString());
  Place place{.name = "the rows of " + name, .text = {}};
  const std::unique_ptr<rocksdb::Iterator> row(database->NewIterator({}));
  for (row->SeekToFirst(); row->Valid(); row->Next())
    place.text += row->key().ToString() + '\n' + row->value().ToString() + '\n';
  if (!row->status().ok()) throw std::runtime_error(name + ": " + row->status().ToString());
  return place;
}

std::string words_of(const Commit& commit) {
  std::string words = commit.actor.id + '\n' + commit.request_id + '\n' + commit.cause + '\n' +
                      commit.node_id + '\n' + commit.origin_address + '\n';
  for (const Guard& guard : commit.guards) words += guard.stream + '\n';
  for (const StreamWrite& write : commit.writes) {
    words += write.stream + '\n';
    for (const EncodedEvent& event : write.events)
      words.append(event.payload.begin(), event.payload.end());
  }
  return words;
}

}  // namespace

void Canaries::plant(const std::string& name, std::string_view text) {
  if (text.size() < canary_bytes_min) throw std::runtime_error(name + ": too short to look for");
  if (!planted_.emplace(text).second) return;
  names_.push_back(name);
  std::set<std::string> forms{std::string(text), as_json(text), hex(bytes_of(text))};
  for (std::size_t lead = 0; lead < 3; ++lead) {
    forms.insert(base64_within(text, lead, base64));
    forms.insert(base64_within(text, lead, base64url));
  }
  for (const std::string& form : std::set(forms)) forms.insert(percent_encoded(form));
  forms.insert(percent_all(text));
  for (std::string form : forms) add_form(std::move(form), names_.size() - 1);
  add_form(upper(hex(bytes_of(text))), names_.size() - 1);
}

void Canaries::plant_token(const std::string& name, std::string_view token) {
  const auto dot = token.rfind('.');
  const auto mark = dot == std::string_view::npos ? token.find('_') : dot;
  const std::string_view part = token.substr(mark + 1);
  plant(name, part);
  if (const auto bytes = from_base64url(part)) plant(name, *bytes);
}

void Canaries::plant_secret(const std::string& name, std::string_view secret) {
  constexpr std::size_t prefix = 3, checksum = 6;
  plant(name, secret.substr(prefix, secret.size() - prefix - checksum));
}

void Canaries::add_form(std::string text, std::size_t name) {
  const std::uint64_t head = head_of(text.data());
  heads_[slot_of(head)] = true;
  forms_.emplace(head, Form{std::move(text), name});
}

void Canaries::search(std::string_view text, std::set<std::string>& found) const {
  if (text.size() < head_bytes) return;
  const char* const last = text.data() + (text.size() - head_bytes);
  for (const char* at = text.data(); at <= last; ++at) {
    const std::uint64_t head = head_of(at);
    if (!heads_[slot_of(head)]) continue;
    const auto rest = text.substr(static_cast<std::size_t>(at - text.data()));
    const auto [begin, end] = forms_.equal_range(head);
    for (auto form = begin; form != end; ++form) {
      if (rest.starts_with(form->second.text)) found.insert(names_[form->second.name]);
    }
  }
}

std::set<std::string> Canaries::in(std::string_view text) const {
  std::set<std::string> found;
  search(text, found);
  search(joined(text), found);
  return found;
}

std::vector<std::string> Canaries::leaks(const std::vector<Place>& places) const {
  std::vector<std::string> lines;
  for (const Place& place : places) {
    for (const std::string& name : in(place.text)) {
      if (!place.may_hold.contains(name)) lines.push_back(place.name + " holds " + name);
    }
  }
  return lines;
}

std::vector<Place> places_of_folder(const fs::path& folder, const std::set<std::string>& except) {
  std::vector<Place> places;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    if (except.contains(name)) continue;
    if (entry.is_regular_file())
      places.push_back({.name = "the file " + name, .text = name + '\n' + file_text(entry.path())});
    else if (fs::exists(entry.path() / "CURRENT"))
      places.push_back(rows_of(entry.path(), name));
  }
  return places;
}

std::vector<Place> places_of_log(const fs::path& log) {
  constexpr std::size_t records_max = 10'000;
  const RocksResources resources;
  const LogDatabase database(resources, log, OpenMode::read_only);
  std::vector<Place> places;
  for (const auto& [partition, end] : database.ends()) {
    for (const LogRecord& record : database.read(partition, 0, end.offset, records_max)) {
      const auto frame = parse_frame(record.bytes);
      if (!frame) throw std::runtime_error("a frame that cannot be read");
      const auto commit = decode_commit(frame->payload);
      if (!commit) throw std::runtime_error("a commit that cannot be read");
      places.push_back(
          {.name = fmt::format("the commit {} of {}", record.offset, partition_name(partition)),
           .text = words_of(*commit)});
    }
  }
  return places;
}

}  // namespace optare
