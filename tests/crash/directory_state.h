// What a directory is, byte for byte and name for name: to prove that something left it alone, and to bring it back.
//
// Threads: one at a time. Owns: a copy of the bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace daybook::test {

/// The bytes of every file under a directory, by relative path; a directory's name ends with `/`.
using Contents = std::map<std::string, std::string>;

[[nodiscard]] Contents contents_of(const std::filesystem::path& directory);
/// Makes `directory` hold exactly `contents`; it must be empty or missing.
void put_contents(const std::filesystem::path& directory, const Contents& contents);
/// The names at which two differ.
[[nodiscard]] std::vector<std::string> differences(const Contents& before, const Contents& after);

[[nodiscard]] std::string read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, const std::string& bytes);

/// Name, kind, inode, length, times of change and bytes of everything under `directory`, itself included: equal texts
/// mean that nothing was touched (times of access aside).
[[nodiscard]] std::string fingerprint_of(const std::filesystem::path& directory);

/// Where small files are quick: memory where there is such a file system. Only for tests that ask nothing of a disk.
[[nodiscard]] std::filesystem::path quick_directory();

/// A new directory under quick_directory(), removed at the end.
class QuickDirectory {
 public:
  QuickDirectory();
  ~QuickDirectory();
  QuickDirectory(const QuickDirectory&) = delete;
  QuickDirectory& operator=(const QuickDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace daybook::test
