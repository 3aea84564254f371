// Planted secrets, and a search for them wherever they must not be.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace optare {

// Somewhere a secret could have got to.
struct Place {
  std::string name;
  std::string text;
  std::set<std::string> may_hold = {};  // the canaries that rightly stand there
};

// What is looked for, in every form in which it is likely to be written: as it is, as JSON text,
// percent-encoded (what must be, and all of it), base64 and base64url (alone and inside of
// something longer), hexadecimal, and each of them broken over lines.
class Canaries {
 public:
  // REQUIRES: at least canary_bytes_min bytes, so that nothing is found by chance. A text that is
  // planted twice keeps its first name.
  static constexpr std::size_t canary_bytes_min = 12;
  void plant(const std::string& name, std::string_view text);
  // A token: its signature alone (or what it seals) gives it away, and its bytes in any encoding.
  void plant_token(const std::string& name, std::string_view token);
  // A client secret: what stands between prefix and checksum.
  void plant_secret(const std::string& name, std::string_view secret);
  std::size_t size() const { return names_.size(); }

  // The names of those that are in the text.
  std::set<std::string> in(std::string_view text) const;
  // "PLACE holds CANARY" for each that is where it must not be.
  std::vector<std::string> leaks(const std::vector<Place>& places) const;

 private:
  static constexpr std::size_t head_bytes = 8;  // of a form; by these it is found
  struct Form {
    std::string text;
    std::size_t name = 0;
  };
  void add_form(std::string text, std::size_t name);
  void search(std::string_view text, std::set<std::string>& found) const;

  std::vector<std::string> names_;
  std::set<std::string, std::less<>> planted_;
  std::unordered_multimap<std::uint64_t, Form> forms_;
  std::vector<bool> heads_ = std::vector<bool>(1U << 20U);  // which may begin one
};

// Every file beneath `folder`, its bytes as they are, and all rows of every RocksDB there (which
// may be compressed in its files). `except`: paths relative to `folder`. May be asked beside a
// server that runs: what is deleted meanwhile is left out.
std::vector<Place> places_of_folder(const std::filesystem::path& folder,
                                    const std::set<std::string>& except);
// The commits in the log of a data folder, decoded.
std::vector<Place> places_of_log(const std::filesystem::path& log);

}  // namespace optare
