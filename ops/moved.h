// A data folder whose history went on elsewhere: nobody may write to it any more, or two logs would
// tell two stories under one name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace optare {

// <data>/moved. To take a move back, before the new log is used: delete this file.
std::filesystem::path moved_file_of(const std::filesystem::path& data);
// Durable when it returns. `where`: a line for a person. Throws FileFault.
void mark_moved(const std::filesystem::path& data, const std::string& where);
// What to tell who starts Optare there; none when it was not moved.
std::optional<std::string> moved_notice(const std::filesystem::path& data);

}  // namespace optare
