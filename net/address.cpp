// The port comes after the last colon; an IPv6 address, which has colons, stands in brackets, so that there is no
// guessing.
#include "net/address.h"

#include <sys/un.h>
#include <charconv>
#include <optional>

#include <boost/asio/ip/address.hpp>

namespace daybook::net {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::size_t kPathMax = sizeof(sockaddr_un{}.sun_path) - 1;
constexpr std::size_t kHostMax = 253;

std::unexpected<Error> wrong(std::string_view text, std::string_view why) {
  return fail(Code::invalid, "\"" + std::string(text.substr(0, 300)) + "\" is no address: " + std::string(why) +
                                 "; write HOST:PORT, [IPV6]:PORT or unix:PATH");
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return port;
}

Result<Address> parse_path(std::string_view text, std::string_view path) {
  if (path.empty()) return wrong(text, "the path is empty");
  if (path.size() > kPathMax) return wrong(text, "the path is longer than " + std::to_string(kPathMax) + " bytes");
  if (path.contains('\0')) return wrong(text, "the path has a zero byte");
  return Address{.path = std::string(path)};
}

}  // namespace

bool Address::local() const {
  if (!path.empty() || host == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  return !error && address.is_loopback();
}

Result<Address> parse_address(std::string_view text) {
  if (text.starts_with(kUnix)) return parse_path(text, text.substr(kUnix.size()));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong(text, "it has no port");
  const auto port = port_of(text.substr(colon + 1));
  if (!port) return wrong(text, "the port is no number from 0 to 65535");
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty()) return wrong(text, "it has no host");
  if (host.size() > kHostMax) return wrong(text, "the host is longer than a name can be");
  if (host.find_first_of("[]/ ") != std::string_view::npos) return wrong(text, "the host is none");
  if (host.contains('\0')) return wrong(text, "the host has a zero byte");
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  if (bracketed != (!error && address.is_v6())) return wrong(text, "an IPv6 address, and nothing else, is in brackets");
  if (!bracketed && host.contains(':')) return wrong(text, "an IPv6 address is in brackets");
  return Address{.host = std::string(host), .port = *port};
}

std::string to_string(const Address& address) {
  if (!address.path.empty()) return std::string(kUnix) + address.path;
  const bool v6 = address.host.contains(':');
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace daybook::net
