// The time of change (ctime) is the strict one: no program can set it back, and writing, renaming, linking and changing
// the mode all move it.
#include "tests/crash/directory_state.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include <doctest/doctest.h>

namespace daybook::test {
namespace fs = std::filesystem;

std::string read_bytes(const fs::path& file) {
  std::error_code missing;
  const std::uintmax_t size = fs::file_size(file, missing);
  if (missing) return {};
  std::string bytes(size, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

void write_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  REQUIRE(stream.good());
}

Contents contents_of(const fs::path& directory) {
  Contents contents;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().lexically_relative(directory).string();
    if (entry.is_directory()) {
      contents[name + "/"] = {};
    } else {
      contents[name] = read_bytes(entry.path());
    }
  }
  return contents;
}

void put_contents(const fs::path& directory, const Contents& contents) {
  fs::create_directories(directory);
  for (const auto& [name, bytes] : contents) {
    if (name.ends_with('/')) {
      fs::create_directories(directory / name);
    } else {
      write_bytes(directory / name, bytes);
    }
  }
}

std::vector<std::string> differences(const Contents& before, const Contents& after) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : before) {
    const auto at = after.find(name);
    if (at == after.end() || at->second != bytes) names.push_back(name);
  }
  for (const auto& [name, bytes] : after) {
    if (!before.contains(name)) names.push_back(name);
  }
  return names;
}

std::string fingerprint_of(const fs::path& directory) {
  std::vector<fs::path> paths{directory};
  for (const auto& entry : fs::recursive_directory_iterator(directory)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::string text;
  for (const fs::path& path : paths) {
    struct stat status{};
    REQUIRE(::lstat(path.c_str(), &status) == 0);
    const auto time = [](const timespec& at) { return std::to_string(at.tv_sec) + "." + std::to_string(at.tv_nsec); };
    text += path.string() + " mode " + std::to_string(status.st_mode) + " inode " + std::to_string(status.st_ino) +
            " bytes " + std::to_string(status.st_size) + " modified " + time(status.st_mtim) + " changed " +
            time(status.st_ctim);
    if (S_ISREG(status.st_mode)) text += " hash " + std::to_string(std::hash<std::string>{}(read_bytes(path)));
    text += "\n";
  }
  return text;
}

fs::path quick_directory() {
  return ::access("/dev/shm", W_OK) == 0 ? fs::path("/dev/shm") : fs::temp_directory_path();
}

QuickDirectory::QuickDirectory() {
  std::string pattern = (quick_directory() / "daybook-test-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

QuickDirectory::~QuickDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace daybook::test
