// Bytes that were written once and are read for ever.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace optare::golden {

// tests/golden, in the sources.
std::filesystem::path folder();

std::optional<std::string> read(const std::filesystem::path& file);

// What the file holds. With --update-golden, and only where there is none, `now` is written first:
// a file that is there never changes.
std::string golden(const std::filesystem::path& file, const std::string& now);

// The FlatBuffers root in `file` as strict JSON, said by flatc from today's schema. `schema` is
// "application", `table` "ClientCreated".
std::string json_by_flatc(const std::filesystem::path& file, const std::string& schema,
                          const std::string& table);

}  // namespace optare::golden
