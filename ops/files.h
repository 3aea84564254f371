// Small files that must be there whole, or not at all.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace optare {

// The file system said no; the text says which file and why.
struct FileFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Written beside, synced and renamed into place; the folder synced too. Throws FileFault.
void write_file_durably(const std::filesystem::path& path, std::string_view text, mode_t mode);

// Makes the folder (0700) when it is missing. Throws FileFault.
void make_private_folder(const std::filesystem::path& path);

}  // namespace optare
