// Anyone who may write in DIR may have written the file, and a killed server leaves it behind. So it is taken for what
// it says only while the log's lock names the same process, its size is bounded, it is not followed to elsewhere, and
// an address in it must be one.
#include "cli/serve/address_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "base/utf8.h"
#include "log/lock_file.h"
#include "net/address.h"

namespace daybook::cli {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
constexpr std::size_t kBytesMax = 4096;

std::filesystem::path file_in(const std::filesystem::path& directory) {
  return directory / "server" / "address";
}

/// The address as it is good from any directory.
std::string reachable(const std::string& address) {
  if (!address.starts_with(kUnixPrefix)) return address;
  std::error_code error;
  const auto path = std::filesystem::absolute(address.substr(kUnixPrefix.size()), error);
  return error ? address : std::string(kUnixPrefix) + path.string();
}

std::unexpected<Error> failed(int error, const std::string& doing) {
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  return fail(denied ? Code::denied : Code::io, doing + ": " + std::strerror(error));
}

/// The file's text; empty where it is no small file of its own.
std::string text_of(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return {};
  std::array<char, kBytesMax> bytes;
  struct stat found{};
  const bool is_plain = ::fstat(file, &found) == 0 && S_ISREG(found.st_mode);
  const ssize_t got = is_plain ? ::read(file, bytes.data(), bytes.size()) : -1;
  ::close(file);
  return got <= 0 ? std::string() : std::string(bytes.data(), static_cast<std::size_t>(got));
}

}  // namespace

Result<std::unique_ptr<AddressFile>> AddressFile::write(const std::filesystem::path& directory,
                                                        const std::vector<std::string>& addresses) {
  const std::filesystem::path path = file_in(directory);
  const std::filesystem::path temporary = path.string() + ".tmp";
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) return failed(error.value(), "cannot make " + path.parent_path().string());
  std::string text = "pid " + std::to_string(::getpid()) + "\n";
  for (const std::string& address : addresses) text += "listen " + reachable(address) + "\n";
  errno = 0;
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return failed(errno != 0 ? errno : EIO, "cannot write " + temporary.string());
  std::filesystem::rename(temporary, path, error);
  if (error) return failed(error.value(), "cannot put " + path.string() + " in place");
  return std::unique_ptr<AddressFile>(new AddressFile(path));
}

AddressFile::~AddressFile() {
  std::error_code error;
  std::filesystem::remove(path_, error);  // One that stays names a process that no longer holds the lock.
}

std::optional<std::string> address_of_holder(const std::filesystem::path& directory) {
  const auto holder = WriterLock::holder(directory.string());
  if (!holder || !*holder) return std::nullopt;
  std::istringstream lines(text_of(file_in(directory)));
  std::string line;
  if (!std::getline(lines, line) || !(*holder)->starts_with(line + " (")) return std::nullopt;
  constexpr std::string_view kListen = "listen ";
  if (!std::getline(lines, line) || !line.starts_with(kListen)) return std::nullopt;
  std::string address = line.substr(kListen.size());
  const bool good = is_utf8(address) && !has_control_character(address) && net::parse_address(address).has_value();
  return good ? std::optional(std::move(address)) : std::nullopt;
}

}  // namespace daybook::cli
