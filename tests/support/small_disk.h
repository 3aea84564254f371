// A small disk that really fills up: a tmpfs that only this process and those it starts can see.
#pragma once

#include <cstdint>
#include <filesystem>

namespace optare {

// It goes with this object, and with the process however that ends. Needs root, or a kernel that
// lets everybody make user namespaces: throws, and says so, where it cannot be mounted.
class SmallDisk {
 public:
  // Mounted at `folder`, which is made.
  SmallDisk(std::filesystem::path folder, std::uint64_t mib);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  std::uint64_t free_bytes() const;
  // Takes all room but `left` bytes with a file.
  void fill(std::uint64_t left = 0);
  // Gives back what `fill` took.
  void make_room();
  // Has it be larger or smaller, with what lies there.
  void resize(std::uint64_t mib);

 private:
  std::filesystem::path filler() const { return folder_ / "filler"; }
  const std::filesystem::path folder_;
};

}  // namespace optare
