// DIR/server/address: where the server that holds a log listens, so that a command that finds the log held can say so
// (docs/format.md). It is shown to a person and never connected to by itself.
//
// Threads: the main thread. Owns: an AddressFile removes the file.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daybook/result.h"

namespace daybook::cli {

/// The file while it is there. Whoever writes it holds the log's lock.
class AddressFile {
 public:
  /// Writes it whole or not at all, over one that a killed server left behind. Errors name the file: `denied`, `io`.
  [[nodiscard]] static Result<std::unique_ptr<AddressFile>> write(const std::filesystem::path& directory,
                                                                  const std::vector<std::string>& addresses);
  /// Removes it.
  ~AddressFile();
  AddressFile(const AddressFile&) = delete;
  AddressFile& operator=(const AddressFile&) = delete;

 private:
  explicit AddressFile(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// The first address of the server that holds the log in `directory`; nullopt where none holds it, or the file is not
/// there, not of the process that holds the lock, or not what a server writes.
[[nodiscard]] std::optional<std::string> address_of_holder(const std::filesystem::path& directory);

}  // namespace daybook::cli
